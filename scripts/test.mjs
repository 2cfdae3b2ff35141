// Runs all checks and tests, in order, and says at the end how many tests passed. `--only GROUP` runs one group.
// Groups: check (format, types, lint, import rules, unused code), fast, fleet (whole fleets), browser (the page), vm (real guests).
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";

const root = new URL("..", import.meta.url).pathname;
const bin = (name) => join(root, "node_modules/.bin", name);

/** Whether what is said goes to a terminal that shows colours. */
const hasColours = process.stdout.isTTY === true && process.env.NO_COLOR === undefined;
const types = (project) => ["--noEmit", "--pretty", String(hasColours), "-p", project];

/** In the order in which they begin: the one that takes longest early, and the others beside it. */
const checks = [
  ["formatting and lint", bin("biome"), ["ci", `--colors=${hasColours ? "force" : "off"}`, "--error-on-warnings", "."]],
  ["rules that need types", bin("eslint"), ["--max-warnings=0", "."]],
  ["types", bin("tsc"), types("tsconfig.json")],
  ["types of the page", bin("tsc"), types("src/web/tsconfig.json")],
  ["types of the page's tests", bin("tsc"), types("test/browser/tsconfig.json")],
  ["types of the core, without a platform", bin("tsc"), types("src/core/tsconfig.json")],
  [
    "import rules between the rooms",
    bin("depcruise"),
    ["src", "--config", ".dependency-cruiser.cjs", "--output-type", "err"],
  ],
  ["unused code", bin("knip"), ["--treat-config-hints-as-errors"]],
];

const reports = mkdtempSync(join(tmpdir(), "selfballoon-tests-"));

/** Projects of vitest, by group. */
const projects = { fast: "fast", fleet: "fleet", browser: "browser", vm: "vm*" };

/**
 * Groups that play real processes on a shared machine, which may stop them for seconds at any moment. A file of theirs that
 * failed is run once more, with all that it sets up, and the run says so at its end; where more fail than so many, that is
 * no chance.
 */
const REPEATED_GROUPS = ["fleet", "browser", "vm"];
const MAX_REPEATED_FILES = 3;

const groups = ["check", ...Object.keys(projects)];
const only = process.argv.includes("--only") ? process.argv[process.argv.indexOf("--only") + 1] : null;
if (only !== null && !groups.includes(only)) {
  console.error(`--only takes one of ${groups.join(", ")}, not ${only}`);
  process.exit(2);
}

const failed = [];
const results = [];
const repeated = [];
for (const group of only === null ? groups : [only]) {
  if (group === "check") await runChecks();
  else runTests(group);
}
rmSync(reports, { recursive: true });

// Said again here: between a failure and the end of a run are minutes of output.
for (const test of repeated) console.error(`\nPassed when it was repeated: ${test}`);
for (const failure of failuresOf(results)) console.error(`\n${failure}`);
if (failed.length > 0) console.error(`\nFailed: ${failed.join("; ")}`);
const count = (...statuses) =>
  results.flatMap((file) => file.assertionResults).filter((test) => statuses.includes(test.status)).length;
console.log(`\n${count("passed")} passed, ${count("failed")} failed, ${count("skipped", "pending")} skipped`);
process.exit(failed.length > 0 ? 1 : 0);

/** Run a program, and let it say what it says. Returns whether it succeeded. */
function run(what, command, args) {
  console.log(`\n== ${what}`);
  return spawnSync(command, args, { cwd: root, stdio: ["ignore", "inherit", "inherit"] }).status === 0;
}

/** As many at a time as there are processors. */
async function runChecks() {
  console.log(`\n== ${checks.length} checks`);
  const left = [...checks];
  const work = async () => {
    for (let check = left.shift(); check !== undefined; check = left.shift()) await runCheck(check);
  };
  await Promise.all(Array.from({ length: availableParallelism() }, work));
}

/** Run a check, and say what it said once it has ended. */
function runCheck([what, command, args]) {
  const env = hasColours ? { ...process.env, FORCE_COLOR: "1" } : process.env;
  const said = [];
  return new Promise((resolve) => {
    const check = spawn(command, args, { cwd: root, env, stdio: ["ignore", "pipe", "pipe"] });
    for (const stream of [check.stdout, check.stderr]) stream.on("data", (piece) => said.push(piece));
    check.on("error", ({ message }) => said.push(Buffer.from(`${message}\n`)));
    check.on("close", (code) => {
      console.log(`== ${what}: ${code === 0 ? "passed" : "failed"}`);
      process.stdout.write(Buffer.concat(said));
      if (code !== 0) failed.push(what);
      resolve();
    });
  });
}

function runTests(group) {
  const first = runVitest(group, `${group} tests`, []);
  const files = first.results.filter((file) => file.status === "failed").map((file) => file.name);
  const isRepeated = !first.passed && REPEATED_GROUPS.includes(group) && files.length <= MAX_REPEATED_FILES;
  const second =
    isRepeated && files.length > 0 ? runVitest(group, `${group} tests: what failed, once more`, files) : null;
  const last = second?.results ?? [];
  results.push(...first.results.filter((file) => !last.some(({ name }) => name === file.name)), ...last);
  if (second?.passed === true) repeated.push(...failuresOf(first.results));
  else if (!first.passed) failed.push(`${group} tests`);
  repeated.push(...repeatedOf(first.results));
}

/** Run the group's files, or just these. */
function runVitest(group, what, files) {
  const report = join(reports, `${group}.json`);
  rmSync(report, { force: true });
  const args = ["run", "--project", projects[group], "--reporter=default", "--reporter=json"];
  const passed = run(what, bin("vitest"), [...args, `--outputFile.json=${report}`, ...files]);
  return { passed, results: readResults(report) };
}

function readResults(path) {
  try {
    return JSON.parse(readFileSync(path, "utf8")).testResults;
  } catch {
    // It did not come so far; its status says so.
    return [];
  }
}

/** @returns what is said of a test: its file, its name and the start of its message. */
function told(file, name, message) {
  return `${file.replace(root, "")}: ${name}\n${message.slice(0, 2000)}`;
}

/** Each test that failed at first and passed when it was repeated at once. */
function repeatedOf(results) {
  return results.flatMap((file) =>
    file.assertionResults
      .filter((test) => test.status === "passed" && test.failureMessages.length > 0)
      .map((test) => told(file.name, test.fullName, test.failureMessages.join("\n"))),
  );
}

/** Each test that failed, and each file that could not be run, with its file, its name and the start of what it said. */
function failuresOf(results) {
  return results.flatMap((file) => {
    const tests = file.assertionResults.filter((test) => test.status === "failed");
    if (tests.length === 0 && file.status === "failed")
      return [told(file.name, "could not be run", file.message ?? "")];
    return tests.map((test) => told(file.name, test.fullName, test.failureMessages.join("\n")));
  });
}
