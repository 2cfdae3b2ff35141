import { closeSync, openSync, readSync } from "node:fs";

/** The longest start of a file that is read, in bytes: the arguments of a QEMU process take as much. */
const LIMIT_BYTES = 65_536;

const buffer = Buffer.alloc(LIMIT_BYTES);

/**
 * The start of a file, at most 64 KiB; null if it can't be read. For the files of processes and groups, which may
 * disappear at any moment and may deny access: neither is an error.
 */
export function readText(path: string): string | null {
  let descriptor: number | null = null;
  try {
    descriptor = openSync(path, "r");
    let bytes = 0;
    for (let more = -1; more !== 0 && bytes < LIMIT_BYTES; bytes += more) {
      more = readSync(descriptor, buffer, bytes, LIMIT_BYTES - bytes, null);
    }
    return buffer.toString("latin1", 0, bytes);
  } catch {
    return null;
  } finally {
    if (descriptor !== null) closeSync(descriptor);
  }
}
