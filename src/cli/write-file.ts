import { openSync, writeFileSync } from "node:fs";
import { problemOf, selfballoonError } from "../core/errors.ts";

/** Write what a command was asked to leave in a file. @throws ERR_UNWRITABLE. */
export function writeFile(file: string, text: string): void {
  orUnwritable(file, () => writeFileSync(file, text));
}

/** Open a file to write at its end. @returns its descriptor. @throws ERR_UNWRITABLE. */
export function openForAppending(file: string): number {
  return orUnwritable(file, () => openSync(file, "a", 0o640));
}

function orUnwritable<T>(file: string, write: () => T): T {
  try {
    return write();
  } catch (thrown) {
    throw selfballoonError("ERR_UNWRITABLE", { file, problem: problemOf(thrown) }, thrown);
  }
}
