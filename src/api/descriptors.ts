import { closeSync, openSync } from "node:fs";

/** What steps may need at a time: files of the machine, sockets of guests that come, and pipes of a program. */
const KEPT_BACK = 16;

/** Whether the daemon can open as many files as its steps may need, whatever its limit is and whoever holds the others. */
export function hasDescriptorsForSteps(): boolean {
  const opened: number[] = [];
  try {
    while (opened.length < KEPT_BACK) opened.push(openSync("/dev/null", "r"));
    return true;
  } catch {
    return false;
  } finally {
    for (const descriptor of opened) closeSync(descriptor);
  }
}
