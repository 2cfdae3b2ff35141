// Runs all checks and tests, in order, and says at the end how many tests passed. `--only GROUP` runs one group.
// Groups: check (format, types, lint, import rules, unused code), fast, fleet (whole fleets), browser (the page), vm (real guests).
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const root = new URL("..", import.meta.url).pathname;
const bin = (name) => join(root, "node_modules/.bin", name);

const checks = [
  [
    "formatting and lint",
    bin("biome"),
    ["ci", `--colors=${process.stdout.isTTY ? "force" : "off"}`, "--error-on-warnings", "."],
  ],
  ["types", bin("tsc"), ["--noEmit", "-p", "tsconfig.json"]],
  ["types of the page", bin("tsc"), ["--noEmit", "-p", "src/web/tsconfig.json"]],
  ["types of the page's tests", bin("tsc"), ["--noEmit", "-p", "test/browser/tsconfig.json"]],
  ["types of the core, without a platform", bin("tsc"), ["--noEmit", "-p", "src/core/tsconfig.json"]],
  ["rules that need types", bin("eslint"), ["--max-warnings=0", "."]],
  [
    "import rules between the rooms",
    bin("depcruise"),
    ["src", "--config", ".dependency-cruiser.cjs", "--output-type", "err"],
  ],
  ["unused code", bin("knip"), ["--treat-config-hints-as-errors"]],
];

const reports = mkdtempSync(join(tmpdir(), "selfballoon-tests-"));
const tests = (project, pattern = project) => [
  `${project} tests`,
  bin("vitest"),
  [
    "run",
    "--project",
    pattern,
    "--reporter=default",
    "--reporter=json",
    `--outputFile.json=${join(reports, project)}.json`,
  ],
];

const groups = {
  check: checks,
  fast: [tests("fast")],
  fleet: [tests("fleet")],
  browser: [tests("browser")],
  vm: [tests("vm", "vm*")],
};

const only = process.argv.includes("--only") ? process.argv[process.argv.indexOf("--only") + 1] : null;
if (only !== null && !Object.hasOwn(groups, only)) {
  console.error(`--only takes one of ${Object.keys(groups).join(", ")}, not ${only}`);
  process.exit(2);
}

const failed = [];
for (const [what, command, args] of only === null ? Object.values(groups).flat() : groups[only]) {
  console.log(`\n== ${what}`);
  const { status } = spawnSync(command, args, { cwd: root, stdio: ["ignore", "inherit", "inherit"] });
  if (status !== 0) failed.push(what);
}

const total = { passed: 0, failed: 0, skipped: 0 };
const failures = [];
const repeated = [];
for (const project of Object.keys(groups).filter((group) => group !== "check")) {
  const report = readReport(join(reports, `${project}.json`));
  failures.push(...failuresOf(report));
  repeated.push(...repeatedOf(report));
  total.passed += report.numPassedTests;
  total.failed += report.numFailedTests;
  total.skipped += report.numPendingTests;
}
rmSync(reports, { recursive: true });

// Said again here: between a failure and the end of a run are minutes of output.
for (const test of repeated) console.error(`\nPassed when it was repeated: ${test}`);
for (const failure of failures) console.error(`\n${failure}`);
if (failed.length > 0) console.error(`\nFailed: ${failed.join("; ")}`);
console.log(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exit(failed.length > 0 ? 1 : 0);

function readReport(path) {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch {
    // The group did not run; if it should have, its status says so.
    return { numPassedTests: 0, numFailedTests: 0, numPendingTests: 0, testResults: [] };
  }
}

/** @returns what is said of a test: its file, its name and the start of its message. */
function told(file, name, message) {
  return `${file.replace(root, "")}: ${name}\n${message.slice(0, 2000)}`;
}

/** Each test that failed at first and passed when it was repeated. */
function repeatedOf(report) {
  return report.testResults.flatMap((file) =>
    file.assertionResults
      .filter((test) => test.status === "passed" && test.failureMessages.length > 0)
      .map((test) => told(file.name, test.fullName, test.failureMessages.join("\n"))),
  );
}

/** Each test that failed, and each file that could not be run, with its file, its name and the start of what it said. */
function failuresOf(report) {
  return report.testResults.flatMap((file) => {
    const tests = file.assertionResults.filter((test) => test.status === "failed");
    if (tests.length === 0 && file.status === "failed")
      return [told(file.name, "could not be run", file.message ?? "")];
    return tests.map((test) => told(file.name, test.fullName, test.failureMessages.join("\n")));
  });
}
