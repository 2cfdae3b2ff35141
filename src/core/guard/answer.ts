/** How long a guest's balloon takes to answer a shortage, as far as that was seen. */
export interface Answer {
  /** From a look of the watch that found memory short to memory that answers it, in ms. */
  readonly ms: number;
  /** Since when that is reckoned with, in ms. */
  readonly sinceMs: number;
}

/**
 * Where nobody has seen a guest's balloon answer: 150 ms to react and 150 ms for the balloon. Measured in emulated guests: a
 * burst of 150 MB/s into 30 MB ended in an OOM kill after 350 ms, and reading MemAvailable every 100 ms saved all of them.
 */
const MAX_ANSWER_MS = 300;

/** What is reckoned with at the least, and the grain of what is learned: looks of the watch are no closer. */
const MIN_ANSWER_MS = 100;
const GRAIN_MS = 50;

/** A quicker answer is believed a grain at a time, and after so long. */
const BELIEVED_MS = 10_000;

/** Nothing was seen yet. */
export const NO_ANSWER: Answer = Object.freeze({ ms: MAX_ANSWER_MS, sinceMs: 0 });

/**
 * What is reckoned with after one more answer was seen to take `seenMs`: a slower one holds at once, a quicker one by and
 * by. Whatever a guest makes of its answers, it is never more than where nothing is known.
 */
export function learnAnswer(before: Answer, seenMs: number, nowMs: number): Answer {
  const grainedMs = Math.ceil(seenMs / GRAIN_MS) * GRAIN_MS;
  const boundedMs = Math.min(MAX_ANSWER_MS, Math.max(MIN_ANSWER_MS, grainedMs));
  const isBelieved = nowMs - before.sinceMs >= BELIEVED_MS;
  const ms = Math.max(boundedMs, isBelieved ? before.ms - GRAIN_MS : before.ms);
  return ms === before.ms ? before : { ms, sinceMs: nowMs };
}
