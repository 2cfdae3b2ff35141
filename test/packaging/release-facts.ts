import { readProjectFile } from "../support/docs.ts";

export const BUILD_DEADLINE_MS = 600_000;
export const START_DEADLINE_MS = 120_000;
/** Where self-contained artefacts live. */
export const HOME = "/opt/selfballoon";
export const SIMULATED = ["run", "--backend", "simulated"];

export const { version } = JSON.parse(readProjectFile("package.json")) as { version: string };
/** The packages that dist/ holds parts of. */
export const bundled = [...readProjectFile("NOTICE").matchAll(/^- ([^,]+), Copyright/gm)].map(([, name]) => name);
