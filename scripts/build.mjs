// Builds dist/: self-contained, so that a copy of it runs with nothing but Node.
import { rmSync } from "node:fs";
import { buildPage } from "./build-page.mjs";
import { bundle } from "./bundle.mjs";

const root = new URL("..", import.meta.url).pathname;
const dist = `${root}/dist`;

rmSync(dist, { recursive: true, force: true });
await bundle(root, dist);
await buildPage(root, `${dist}/web`);
