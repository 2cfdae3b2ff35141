// Measures every budget and prints how things stand. The benchmarks are bundled first and run by plain Node: what runs
// TypeScript directly wraps every closure, and the law would look five times slower than it is.
import { spawnSync } from "node:child_process";
import { build } from "esbuild";

const root = new URL("..", import.meta.url).pathname;
const outdir = `${root}.cache/bench`;

await build({
  absWorkingDir: root,
  entryPoints: [
    "bench/main.ts",
    "bench/host.ts",
    "bench/qmp-guests.ts",
    "bench/qmp-flooder.ts",
    "bench/libvirt-guests.ts",
  ],
  outdir,
  outExtension: { ".js": ".mjs" },
  bundle: true,
  format: "esm",
  platform: "node",
  target: "node20.19",
  // It finds its own files beside itself.
  external: ["playwright-core"],
  // Bundled CommonJS packages ask for Node's own modules by require.
  banner: {
    js: 'import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);',
  },
  logLevel: "warning",
});
const { status } = spawnSync(process.execPath, [`${outdir}/main.mjs`, ...process.argv.slice(2)], { stdio: "inherit" });
process.exit(status ?? 1);
