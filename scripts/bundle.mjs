// Makes dist/ but for the page. What only some commands need lies in chunks beside the entry and is loaded when it is needed.
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { build } from "esbuild";
import { STYLE } from "./bundle-style.mjs";
import { mergeChunks } from "./merge-chunks.mjs";

/** Bundle the project at `root` into the folder `dist`. @returns of each file there the sources that it holds a part of. */
export async function bundle(root, dist) {
  const { version } = JSON.parse(readFileSync(`${root}/package.json`, "utf8"));
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: { selfballoon: "src/main.ts", index: "src/index.ts" },
    outdir: dist,
    outExtension: { ".js": ".mjs" },
    bundle: true,
    splitting: true,
    metafile: true,
    ...STYLE,
    legalComments: "linked",
    define: {
      SELFBALLOON_VERSION: JSON.stringify(version),
      UPLOT_SCRIPT: fileText(`${root}/node_modules/uplot/dist/uPlot.iife.min.js`),
      UPLOT_STYLE: fileText(`${root}/node_modules/uplot/dist/uPlot.min.css`),
    },
  });
  const sources = Object.fromEntries(
    Object.entries(metafile.outputs).map(([path, { inputs }]) => [basename(path), partsOf(inputs)]),
  );
  for (const [merged, names] of await mergeChunks(dist)) {
    sources[merged] = names.flatMap((name) => sources[name]);
    for (const name of names) delete sources[name];
  }
  return sources;
}

function partsOf(inputs) {
  return Object.entries(inputs).flatMap(([path, { bytesInOutput }]) => (bytesInOutput > 0 ? [path] : []));
}

/** A file of a package as a literal: what a report page carries with it. */
function fileText(path) {
  return JSON.stringify(readFileSync(path, "utf8"));
}
