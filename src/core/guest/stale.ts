/** At the least this long without a good reading, in ms, before the guest is given everything. */
const LEAST_MS = 15_000;

/** Steps in a row without a good reading that are waited out. */
const STEPS = 3;

/**
 * Whether a guest has not been read well for so long that nobody can tell what it needs. Until then its target is held;
 * from then on it has everything. Time is our own monotonic clock: a guest's word for the age of its readings is not.
 */
export function isStale(lastGoodMs: number, nowMs: number, intervalMs: number): boolean {
  return nowMs - lastGoodMs > Math.max(LEAST_MS, STEPS * intervalMs);
}
