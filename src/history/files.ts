import { open, readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { hasSystemCode } from "../core/errors.ts";

/** A recording that the daemon keeps. */
export interface HistoryFile {
  readonly path: string;
  /** When its first line was written, in ms since 1970: the next file begins where it ends. */
  readonly beganMs: number;
  readonly bytes: number;
}

/** `20260131T120000.123Z.jsonl`: the time in UTC, so that names sort as times do. Others in the folder are not ours. */
const NAME = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d\.\d{3})Z\.jsonl$/;

/** The most files that are looked at; rotation leaves far fewer. */
const MAX_FILES = 4096;

/** The name of a file that begins at `beganMs`. */
export function fileName(beganMs: number): string {
  return `${new Date(beganMs).toISOString().replaceAll(/[-:]/g, "")}.jsonl`;
}

/** Our files, oldest first; none where there is no folder. */
export async function listFiles(directory: string): Promise<readonly HistoryFile[]> {
  const found = (await namesIn(directory)).flatMap((name) => {
    const match = NAME.exec(name);
    if (match === null) return [];
    const [, year, month, day, hour, minute, second] = match;
    const beganMs = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
    return Number.isNaN(beganMs) ? [] : [{ path: join(directory, name), beganMs }];
  });
  const sorted = found.sort((a, b) => a.beganMs - b.beganMs).slice(-MAX_FILES);
  const files: HistoryFile[] = [];
  for (const file of sorted) {
    const bytes = await sizeOf(file.path);
    if (bytes !== null) files.push({ ...file, bytes });
  }
  return files;
}

/** Cut what a crash left after the last newline off a file of lines. @returns the bytes that stay; null: it has no line. */
export async function cutTornLine(path: string, longestLine: number): Promise<number | null> {
  const file = await open(path, "r+");
  try {
    const { size } = await file.stat();
    const tail = Buffer.alloc(Math.min(size, longestLine));
    await file.read(tail, 0, tail.length, size - tail.length);
    const end = tail.lastIndexOf("\n");
    if (end < 0 && size > 0) return null;
    const kept = size - tail.length + end + 1;
    if (kept < size) await file.truncate(kept);
    return kept;
  } finally {
    await file.close();
  }
}

async function namesIn(directory: string): Promise<readonly string[]> {
  try {
    return await readdir(directory);
  } catch (thrown) {
    if (hasSystemCode(thrown, "ENOENT")) return [];
    throw thrown;
  }
}

async function sizeOf(path: string): Promise<number | null> {
  try {
    return (await stat(path)).size;
  } catch (thrown) {
    // It was dropped while we looked.
    if (hasSystemCode(thrown, "ENOENT")) return null;
    throw thrown;
  }
}
