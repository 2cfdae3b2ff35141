import type { Tunables } from "../tunables.ts";

/** At the least this long without a good reading, in ms, before the guest is given everything. */
const MIN_STALE_MS = 15_000;

/** Steps in a row without a good reading that are waited out. */
const STALE_STEPS = 3;

/**
 * How long ago a guest was read well. Times are our own monotonic clock's: a guest's word for the age of its readings is
 * worth nothing.
 */
export interface Freshness {
  readonly lastGoodMs: number;
  /** True while its machine restarts: what it had is of no more account. */
  readonly isRestarting: boolean;
  /** Whether it was given all that it may have, and was not read since. */
  readonly isOpen: boolean;
  /** Whether that it was given anything has been reported. */
  readonly isReported: boolean;
}

/** A guest that was read well at `nowMs`, or found then. */
export function freshAt(nowMs: number): Freshness {
  return { lastGoodMs: nowMs, isRestarting: false, isOpen: false, isReported: false };
}

/**
 * The guest could not be read. `state` is what its machine does where it is left alone on purpose, such as `paused` or
 * `restarting`; null for a fault. One that is paused or migrates needs nothing, and stays fresh.
 */
export function noteUnreadable(before: Freshness, state: string | null, nowMs: number): Freshness {
  if (state === null) return before;
  if (state !== "restarting") return { ...before, lastGoodMs: nowMs, isRestarting: false };
  if (before.isRestarting) return before;
  return { ...before, isRestarting: true, isOpen: false, isReported: false };
}

/**
 * Whether it is time to give the guest everything: it restarts, and its old target would starve its boot; or it has not
 * been read well for so long that nobody can tell what it needs. Until then its target is held.
 */
export function mustFailOpen(freshness: Freshness, tunables: Tunables, nowMs: number): boolean {
  if (tunables.guard !== 1 || tunables.selfballooning !== 1 || freshness.isOpen) return false;
  return freshness.isRestarting || isStale(freshness.lastGoodMs, nowMs, tunables.selfballoon_interval * 1000);
}

function isStale(lastGoodMs: number, nowMs: number, intervalMs: number): boolean {
  return nowMs - lastGoodMs > Math.max(MIN_STALE_MS, STALE_STEPS * intervalMs);
}
