// Builds the page into `outDir`: plain files with hashed names that load nothing from elsewhere.

/** Build src/web into `outDir`. */
export async function buildPage(root, outDir) {
  // Else Vite takes the caller's, and a page for developers names the files that it was made of.
  process.env.NODE_ENV = "production";
  const { build } = await import("vite");
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
