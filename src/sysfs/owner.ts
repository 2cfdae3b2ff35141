import { readFileSync } from "node:fs";
import { hasSystemCode } from "../core/errors.ts";
import { type Mount, parseMountinfo } from "../formats/mountinfo.ts";
import { parseStartTicks } from "../formats/process-status.ts";

/** What our mounts are called, with the process that serves them, so that those of a dead one can be told. */
const SOURCE = /^selfballoon-files:([0-9]{1,10}):([0-9]{1,20})$/;

/** The name for mounts of this process. */
export function ownSource(): string {
  return `selfballoon-files:${process.pid}:${startTicks(process.pid)}`;
}

/** Our mounts at `path`, the uppermost first. */
export function ourMounts(path: string): readonly Mount[] {
  const mounts = parseMountinfo(readFileSync("/proc/self/mountinfo", "utf8"));
  return mounts.filter(({ mountPoint, source }) => mountPoint === path && SOURCE.test(source)).reverse();
}

/** The process that serves a mount of ours; null if it is no more. */
export function livingOwner({ source }: Mount): number | null {
  const [, pid, ticks] = SOURCE.exec(source) ?? [];
  return pid !== undefined && startTicks(Number(pid)) === ticks ? Number(pid) : null;
}

/** Null for a process that is not there, or that only waits for its parent to notice its end. */
function startTicks(pid: number): string | null {
  try {
    return parseStartTicks(readFileSync(`/proc/${pid}/stat`, "latin1"));
  } catch (thrown) {
    if (hasSystemCode(thrown, "ENOENT", "ESRCH")) return null;
    throw thrown;
  }
}
