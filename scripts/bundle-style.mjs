/** How dist/ is written, by esbuild. */
export const STYLE = {
  format: "esm",
  platform: "node",
  target: "node20.19",
  minifySyntax: true,
  // V8 keeps the text of all that it has loaded: a guest's daemon has a fifth less of it.
  minifyWhitespace: true,
  lineLimit: 200,
  // Bundled CommonJS packages ask for Node's own modules by require; createRequire would cost every chunk some 3 KiB.
  banner: { js: "const require = process.getBuiltinModule;" },
  logLevel: "warning",
};
