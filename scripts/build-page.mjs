// Builds the page into `outDir`: plain files with hashed names that load nothing from elsewhere.
import { build } from "vite";

/** Build src/web into `outDir`. */
export async function buildPage(root, outDir) {
  await build({
    configFile: false,
    root: `${root}/src/web`,
    logLevel: "warn",
    oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
    build: {
      rolldownOptions: { input: [`${root}/src/web/index.html`, `${root}/src/web/fleet.html`] },
      outDir,
      emptyOutDir: true,
      target: "es2023",
      modulePreload: false,
      assetsInlineLimit: 0,
    },
  });
}
