import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { PROJECT } from "../release/programs.ts";
import { REPORT, type Report } from "./report.ts";

const HOME = join(PROJECT, "test/mutation");
const PACKAGES = join(HOME, "node_modules/@stryker-mutator");
const STRYKER = join(PACKAGES, "core/bin/stryker.js");
const LEFT_OUT = join(HOME, "left-out.mjs");
const FOLDER = join(PROJECT, ".cache/mutation");

/** Beside what the tests take unchanged: a change that makes a test wait for what never comes was noticed. */
const MAX_WAIT_MS = 12_000;

/**
 * Put each change that the patterns' files allow to the tests of their room; ends the program where that can't be done.
 * @param every of so many functions one is changed.
 */
export function mutate(room: string, patterns: readonly string[], jobs: number, every: number): Report {
  if (!existsSync(STRYKER)) install();
  mkdirSync(FOLDER, { recursive: true });
  const [config, report] = [join(FOLDER, `${room}.config.json`), join(FOLDER, `${room}.json`)];
  rmSync(report, { force: true });
  writeFileSync(config, JSON.stringify(configFor(relative(PROJECT, report), patterns, jobs)));
  run(process.execPath, [STRYKER, "run", config], { ...process.env, MUTATED_ROOM: room, MUTATED_EVERY: String(every) });
  return REPORT.parse(JSON.parse(readFileSync(report, "utf8")));
}

function configFor(report: string, mutate: readonly string[], concurrency: number): object {
  return {
    ...{ mutate, concurrency, timeoutMS: MAX_WAIT_MS },
    ...{ testRunner: "vitest", plugins: [join(PACKAGES, "vitest-runner/dist/src/index.js"), LEFT_OUT] },
    ignorers: ["left-out"],
    vitest: { configFile: "test/mutation/vitest.config.ts", related: false },
    // Each change meets only the tests that pass by it. Tables are made before any test runs: all tests would have to
    // run for each of their rows.
    ...{ coverageAnalysis: "perTest", ignoreStatic: true },
    ...{ reporters: ["progress-append-only", "json"], jsonReporter: { fileName: report }, logLevel: "warn" },
    // The tests run in a copy of the project, without what is built.
    ...{ tempDirName: ".cache/mutation", cleanTempDir: "always", ignorePatterns: ["dist", ".cache"] },
    ...{ disableTypeChecks: false, allowEmpty: true, checkers: [], thresholds: { break: null } },
  };
}

function install(): void {
  console.error(`Installing what changes the source into ${relative(PROJECT, HOME)} ...`);
  // Its runner asks for a vitest, and takes the project's. Not `npm ci`: scripts/setup.mjs says why.
  const options = ["--legacy-peer-deps", "--no-save", "--no-audit", "--no-fund", "--loglevel=error"];
  run("npm", ["install", ...options, "--prefix", HOME], process.env);
}

/** Its output is progress. */
function run(command: string, args: readonly string[], env: NodeJS.ProcessEnv): void {
  const { status } = spawnSync(command, args, { cwd: PROJECT, env, stdio: ["ignore", process.stderr.fd, "inherit"] });
  if (status === 0) return;
  console.error(`${command} ${args.join(" ")} failed, so nothing is known of the room's score`);
  process.exit(1);
}
