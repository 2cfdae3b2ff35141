// Builds dist/: self-contained, so that a copy of it runs with nothing but Node. What only some commands need lies in
// chunks beside the entry and is loaded when it is needed.
import { readFileSync, rmSync } from "node:fs";
import { build } from "esbuild";
import { buildPage } from "./build-page.mjs";

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
  format: "esm",
  platform: "node",
  target: "node20.19",
  minifySyntax: true,
  // V8 keeps the text of all that it has loaded: a guest's daemon has a fifth less of it.
  minifyWhitespace: true,
  lineLimit: 200,
  legalComments: "linked",
  define: {
    SELFBALLOON_VERSION: JSON.stringify(version),
    UPLOT_SCRIPT: fileText("node_modules/uplot/dist/uPlot.iife.min.js"),
    UPLOT_STYLE: fileText("node_modules/uplot/dist/uPlot.min.css"),
  },
  // Bundled CommonJS packages ask for Node's own modules by require; createRequire would cost every chunk some 3 KiB.
  banner: { js: "const require = process.getBuiltinModule;" },
  logLevel: "warning",
});
await buildPage(root, `${root}/dist/web`);
