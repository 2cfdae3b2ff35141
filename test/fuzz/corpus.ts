import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";

/** A file for each target; a line of it is an input in base64. */
const FOLDER = new URL("./corpus/", import.meta.url);

/** The corpus lies in the repository, so it stays small. */
const MAX_INPUTS = 150;
const MAX_BYTES = 24 * 1024;

/** The inputs that are kept for this target; none where there is no file yet. */
export function readCorpus(target: string, folder: URL = FOLDER): readonly Buffer[] {
  if (!corpusNames(folder).includes(target)) return [];
  const lines = readFileSync(new URL(`${target}.txt`, folder), "utf8").split("\n");
  return lines.filter((line) => line !== "").map((line) => Buffer.from(line, "base64"));
}

/** Keep these inputs, the smallest first, as far as there is room. */
export function writeCorpus(target: string, inputs: readonly Buffer[], folder: URL = FOLDER): void {
  const lines: string[] = [];
  let bytes = 0;
  for (const input of [...inputs].sort((a, b) => a.length - b.length).slice(0, MAX_INPUTS)) {
    const line = `${input.toString("base64")}\n`;
    bytes += line.length;
    if (bytes > MAX_BYTES) break;
    lines.push(line);
  }
  mkdirSync(folder, { recursive: true });
  writeFileSync(new URL(`${target}.txt`, folder), lines.join(""));
}

/** The targets that something is kept for. */
export function corpusNames(folder: URL = FOLDER): readonly string[] {
  return readdirSync(folder).flatMap((name) => (name.endsWith(".txt") ? name.slice(0, -".txt".length) : []));
}
