// Builds dist/: self-contained, so that a copy of it runs with nothing but Node. What only some commands need lies in
// chunks beside the entry and is loaded when it is needed.
import { readFileSync, rmSync } from "node:fs";
import { build } from "esbuild";
import { buildPage } from "./build-page.mjs";
import { STYLE } from "./bundle-style.mjs";
import { mergeChunks } from "./merge-chunks.mjs";

const root = new URL("..", import.meta.url).pathname;
const { version } = JSON.parse(readFileSync(`${root}/package.json`, "utf8"));

/** A file of a package as a literal: what a report page carries with it. */
function fileText(path) {
  return JSON.stringify(readFileSync(`${root}/${path}`, "utf8"));
}

rmSync(`${root}/dist`, { recursive: true, force: true });
await build({
  absWorkingDir: root,
  entryPoints: { selfballoon: "src/main.ts", index: "src/index.ts" },
  outdir: "dist",
  outExtension: { ".js": ".mjs" },
  bundle: true,
  splitting: true,
  ...STYLE,
  legalComments: "linked",
  define: {
    SELFBALLOON_VERSION: JSON.stringify(version),
    UPLOT_SCRIPT: fileText("node_modules/uplot/dist/uPlot.iife.min.js"),
    UPLOT_STYLE: fileText("node_modules/uplot/dist/uPlot.min.css"),
  },
});
await mergeChunks(`${root}/dist`);
await buildPage(root, `${root}/dist/web`);
