import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";

/** Where the bundles of the benchmarks lie: `.cache/bench`, two levels below the repository. */
export const BUNDLES = dirname(fileURLToPath(import.meta.url));

/** The repository. */
export const ROOT = resolve(BUNDLES, "../..");

/** What users run. */
export const DAEMON = resolve(ROOT, "dist/selfballoon.mjs");
