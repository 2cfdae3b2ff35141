import { setTimeout as sleep } from "node:timers/promises";
import { selfballoonError } from "../../core/errors.ts";
import { processNumbers } from "../../machine/processes.ts";
import { readText } from "../../machine/read-text.ts";

/** Put into the environment of each swapoff that we start: its slice. */
const MARK = "SELFBALLOON_SLICE";

const POLL_MS = 20;

/** The mark of a swapoff of this slice. */
export function sliceMark(slice: string): Readonly<Record<string, string>> {
  return { [MARK]: slice };
}

/**
 * End what a daemon that was killed left running on this slice: its swapoff continues without it, and would take the slice off
 * after it was found on.
 * @throws ERR_DEADLINE if one has not ended in time: it heeds a kill only between two processes.
 */
export async function endOrphans(slice: string, deadlineMs: number): Promise<void> {
  const endMs = performance.now() + deadlineMs;
  for (let pids = findMarked(slice); pids.length > 0; pids = findMarked(slice)) {
    if (performance.now() > endMs) throw selfballoonError("ERR_DEADLINE", { what: `swapoff ${slice}`, deadlineMs });
    for (const pid of pids) kill(pid);
    await sleep(POLL_MS);
  }
}

function findMarked(slice: string): readonly number[] {
  return processNumbers("").filter((pid) => isMarked(pid, slice));
}

function isMarked(pid: number, slice: string): boolean {
  return (readText(`/proc/${pid}/environ`) ?? "").split("\0").includes(`${MARK}=${slice}`);
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has just ended.
  }
}
