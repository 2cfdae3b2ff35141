// Makes a fresh clone runnable: installs what package-lock.json names and builds dist/, each only if it is out of date.
// Needs nothing but Node and npm.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";

const root = new URL("..", import.meta.url).pathname;

/** Newest change below `path`, in ms; 0 if it is not there. */
function newestMs(path) {
  if (!existsSync(path)) return 0;
  const stat = statSync(path);
  if (!stat.isDirectory()) return stat.mtimeMs;
  return Math.max(0, ...readdirSync(path).map((name) => newestMs(join(path, name))));
}

function run(what, command, args) {
  console.error(`${what} (${[command, ...args].join(" ")}) ...`);
  const { status } = spawnSync(command, args, { cwd: root, stdio: ["ignore", "ignore", "inherit"] });
  if (status === 0) return;
  console.error(`${what} failed; run it by hand to see why`);
  process.exit(1);
}

const lock = join(root, "package-lock.json");
if (newestMs(join(root, "node_modules/.package-lock.json")) < statSync(lock).mtimeMs) {
  // Not `npm ci`: it refuses the lock file where a registry lacks the optional binaries of other platforms.
  run("Installing the tools that build and test selfballoon", "npm", [
    "install",
    "--no-save",
    "--no-audit",
    "--no-fund",
    "--loglevel=error",
  ]);
}
const builders = ["build", "build-page", "bundle", "bundle-style", "merge-chunks"].map((name) => `scripts/${name}.mjs`);
const sources = ["src", ...builders, "package.json", "package-lock.json"].map((name) => newestMs(join(root, name)));
// The page is built last: a build that was broken off has none.
if (newestMs(join(root, "dist/web/index.html")) < Math.max(...sources)) {
  run("Building dist/", process.execPath, ["scripts/build.mjs"]);
}
