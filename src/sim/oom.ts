import { atStart } from "./boot.ts";
import type { Kernel, Load } from "./kernel.ts";
import { freeAnon } from "./loads.ts";

/** From the first allocation that finds nothing to the kill: a real guest showed 6 to 42 ms of stall. */
const RETRY_MS = 20;
/** A killed program is started again after this time. */
const RESTART_MS = 10_000;

/**
 * After an allocation has failed for some time, kill the load with the most memory; it starts again later. With nothing
 * left to kill the kernel panics ("System is deadlocked on memory") and stops.
 */
export function settleOom(kernel: Kernel, tickMs: number): void {
  if (!kernel.allocationFails) {
    kernel.failingMs = 0;
    return;
  }
  kernel.allocationFails = false;
  kernel.failingMs += tickMs;
  if (kernel.failingMs < RETRY_MS) return;
  kernel.failingMs = 0;
  const victim = largestLoad(kernel.loads);
  if (victim === null) kernel.hasPanicked = true;
  else kill(kernel, victim);
}

function largestLoad(loads: readonly Load[]): Load | null {
  let largest: Load | null = null;
  let maxPages = 0;
  for (const load of loads) {
    const pages = load.residentPages + load.swappedPages;
    if (pages <= maxPages) continue;
    largest = load;
    maxPages = pages;
  }
  return largest;
}

function kill(kernel: Kernel, load: Load): void {
  kernel.counters.oomKills += 1;
  freeAnon(kernel, load, load.residentPages + load.swappedPages);
  kernel.freePages += load.kernelPages;
  Object.assign(load, atStart(kernel.nowMs + RESTART_MS));
}
