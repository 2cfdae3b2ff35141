import { chmodSync, cpSync, mkdirSync, readdirSync, readFileSync, realpathSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PROJECT } from "../support/docs.ts";
import { succeed } from "./tools.ts";

export interface Bom {
  readonly bomFormat: string;
  readonly metadata: { readonly timestamp: string; readonly component: { readonly name: string } };
  readonly components: readonly { readonly name: string; readonly version: string; readonly type: string }[];
}

/** Somebody who builds: with another mask, or in another place, the same bytes must come out. */
export interface Builder {
  readonly umask: string;
  readonly timeZone: string;
}
export const HERE: Builder = { umask: "022", timeZone: "UTC" };
export const ELSEWHERE: Builder = { umask: "077", timeZone: "Asia/Tokyo" };

/** `npm run release` of one artefact into `output`; with `node` in place of the Node that is pinned. */
export function release(only: string, output: string, { umask, timeZone }: Builder, node: string | null = null): void {
  const carried = node === null ? "" : `--node ${node}`;
  const script = `umask ${umask}; exec npm run --silent release -- --only ${only} --output ${output} ${carried}`;
  succeed("sh", ["-c", script], PROJECT, { SOURCE_DATE_EPOCH: "1700000000", TZ: timeZone });
}

/** The file of a release whose name ends so. */
export function released(output: string, end: string): string {
  const name = readdirSync(output).find((one) => one.endsWith(end));
  if (name === undefined) throw new Error(`nothing in ${output} ends with ${end}`);
  return join(output, name);
}

export function sumsOf(output: string): readonly string[] {
  return readFileSync(join(output, "SHA256SUMS"), "utf8").trim().split("\n");
}

export function bomOf(path: string): Bom {
  return JSON.parse(readFileSync(path, "utf8")) as Bom;
}

/**
 * A program of a few KiB, laid out as Node is, for what does not depend on what the Node does: packing the real one takes
 * most of a build. @returns its path.
 */
export function smallProgram(folder: string): string {
  const program = join(folder, "small/bin/node");
  mkdirSync(join(folder, "small/bin"), { recursive: true });
  cpSync(realpathSync("/bin/true"), program);
  chmodSync(program, 0o755);
  writeFileSync(join(folder, "small/LICENSE"), "as its own package says\n");
  return program;
}
