import { spawnSync } from "node:child_process";
import { accessSync, constants, existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { PROJECT } from "../support/docs.ts";

const DEADLINE_MS = 300_000;

/** The Debian package of each program that these tests use. */
const PACKAGES: ReadonlyMap<string, string> = new Map(
  readFileSync(new URL("packaging-tools.txt", import.meta.url), "utf8")
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => {
      const [program = "", debianPackage = ""] = line.split(" ");
      return [program, debianPackage];
    }),
);

/**
 * Whether this machine has `program`. Where it has not, says so in one line; throws instead if `SELFBALLOON_REQUIRE` (a
 * comma list) has `packaging`: CI must not pass by skipping.
 */
export function hasTool(program: string): boolean {
  const debianPackage = PACKAGES.get(program);
  if (debianPackage === undefined) throw new Error(`packaging-tools.txt does not name ${program}`);
  if ((process.env["PATH"] ?? "").split(":").some((folder) => isProgram(join(folder, program)))) return true;
  return lacks(`${program} (apt-get install ${debianPackage})`);
}

/** Whether npm has installed what `folder` of the project pins; where it has not, as `hasTool`. */
export function hasInstalled(folder: string): boolean {
  if (existsSync(join(PROJECT, folder, "node_modules/.package-lock.json"))) return true;
  return lacks(`what ${folder} pins (npm ci --prefix ${folder})`);
}

/** Says in one line that the machine lacks `what`, or throws as `hasTool` does. */
export function lacks(what: string): false {
  const lack = `this machine lacks ${what}`;
  const required = (process.env["SELFBALLOON_REQUIRE"] ?? "").split(",").map((word) => word.trim());
  if (required.includes("packaging")) throw new Error(`packaging tests are required here, but ${lack}`);
  process.stderr.write(`packaging tests skipped: ${lack}\n`);
  return false;
}

/** What a program said and how it ended. */
export interface Ran {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Run a program to its end; five minutes are a limit for what hangs. */
export function run(command: string, args: readonly string[], cwd: string, env: Record<string, string> = {}): Ran {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd,
    env: { ...process.env, LC_ALL: "C.UTF-8", ...env },
    encoding: "utf8",
    timeout: DEADLINE_MS,
  });
  if (error !== undefined) throw error;
  return { exitCode: status, stdout, stderr };
}

/** Run a program that must succeed; gives what it printed. */
export function succeed(
  command: string,
  args: readonly string[],
  cwd: string,
  env: Record<string, string> = {},
): string {
  const { exitCode, stdout, stderr } = run(command, args, cwd, env);
  if (exitCode === 0) return stdout;
  throw new Error(`in ${cwd}: ${command} ${args.join(" ")} ended with ${exitCode}\n${stdout}${stderr}`);
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
