import type { LineSplitter } from "../../../src/backends/qemu/json-lines.ts";

/** All lines that these bytes complete. */
export function linesOf(splitter: LineSplitter, bytes: Buffer): readonly string[] {
  const lines: string[] = [];
  splitter.push(bytes, (line) => lines.push(line) > 0);
  return lines;
}
