// Builds a site out of docs/ and the pages beside it: `npm run docs:site [-- --outDir FOLDER]`. VitePress, which only this needs,
// has a folder of its own. A link that leads nowhere ends it with 1.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";

const root = new URL("..", import.meta.url).pathname;
const vitepress = join(root, "site/node_modules/vitepress/bin/vitepress.js");

function run(command, args) {
  const { status } = spawnSync(command, args, { cwd: root, stdio: ["ignore", "inherit", "inherit"] });
  if (status !== 0) process.exit(1);
}

// Not `npm ci`: scripts/setup.mjs says why.
if (!existsSync(vitepress))
  run("npm", ["install", "--no-save", "--no-audit", "--no-fund", "--loglevel=error", "--prefix", "site"]);
run(process.execPath, [vitepress, "build", "site", ...process.argv.slice(2)]);
