import { closeSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Config } from "../config/load.ts";
import { hasSystemCode } from "../core/errors.ts";

const FILE_MODE = 0o600;

/** Where what is kept over a restart lies: in systemd's state directory or, where there is none, beside the control socket. */
export function statePath({ socket, stateDirectory }: Pick<Config, "socket" | "stateDirectory">, name: string): string {
  return join(stateDirectory ?? dirname(socket), name);
}

/** The text of a file; null where there is none. @throws if it is too large or can't be read. */
export function readStateFile(path: string, limitBytes: number): string | null {
  try {
    if (statSync(path).size > limitBytes) throw new Error(`it is larger than ${limitBytes / 1024} KiB`);
    return readFileSync(path, "utf8");
  } catch (thrown) {
    if (hasSystemCode(thrown, "ENOENT")) return null;
    throw thrown;
  }
}

/**
 * Replace a file as a whole, so that a crash leaves the old one or the new one. The draft is new: nobody can have put a link
 * there for us to write through. @throws what kept it from being written.
 */
export function replaceStateFile(path: string, text: string): void {
  const draft = `${path}.${process.pid}`;
  rmSync(draft, { force: true });
  try {
    writeDraft(draft, text);
    renameSync(draft, path);
  } catch (thrown) {
    rmSync(draft, { force: true });
    throw thrown;
  }
}

function writeDraft(draft: string, text: string): void {
  const file = openSync(draft, "wx", FILE_MODE);
  try {
    // A single write to a disk that fills up may write a part and not fail; this one writes all or fails.
    writeFileSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
