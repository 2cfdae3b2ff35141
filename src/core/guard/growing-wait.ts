/** A wait that grows while its cause comes back. */
export interface GrowingWait {
  /** Until when it lasts, in ms; 0 if there is none. */
  readonly untilMs: number;
  /** How many times in a row its cause came back. */
  readonly count: number;
}

/** No wait. */
export const NO_WAIT: GrowingWait = { untilMs: 0, count: 0 };

/** The first wait and the longest. */
export interface Waits {
  readonly firstMs: number;
  readonly maxMs: number;
}

/** A cause that comes back within this time after a wait ended doubles the next one. */
const RECURRENCE_MS = 3_600_000;

/** Begin a wait, twice as long as the last one if its cause came back soon. */
export function waitLonger(before: GrowingWait, nowMs: number, waits: Waits): GrowingWait {
  const recurs = nowMs < before.untilMs + RECURRENCE_MS;
  const count = recurs ? before.count + 1 : 1;
  // 2^20 times the first wait is longer than any longest one.
  const waitMs = Math.min(waits.maxMs, waits.firstMs * 2 ** Math.min(count - 1, 20));
  return { untilMs: nowMs + waitMs, count };
}
