import { readlinkSync } from "node:fs";
import { resolve } from "node:path";
import { parseQemuCommandLine, type QemuCommandLine } from "../formats/qemu-command-line.ts";
import { processNumbers } from "./processes.ts";
import { readText } from "./read-text.ts";

/** QEMU processes that are told of. */
const MAX_FOUND = 4096;

/** A QEMU process; its sockets' paths are absolute, and one without a name is called by its number. */
export interface QemuProcess extends QemuCommandLine {
  readonly name: string;
}

/** The QEMU processes below `root`, as far as we may see them. */
export function listQemuProcesses(root: string): readonly QemuProcess[] {
  const found: QemuProcess[] = [];
  for (const pid of processNumbers(root)) {
    const text = readText(`${root}/proc/${pid}/cmdline`);
    const said = text === null ? null : parseQemuCommandLine(Buffer.from(text, "latin1").toString("utf8"));
    if (said === null) continue;
    const name = said.name ?? `process ${pid}`;
    found.push({ ...said, name, qmpPaths: said.qmpPaths.map((path) => resolve(folderOf(root, pid), path)) });
    if (found.length === MAX_FOUND) break;
  }
  return found;
}

function folderOf(root: string, pid: number): string {
  try {
    return readlinkSync(`${root}/proc/${pid}/cwd`);
  } catch {
    return "/"; // QEMU's own, where it is a daemon
  }
}
