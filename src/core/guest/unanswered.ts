import type { WatchSample } from "../backend.ts";

/** A balloon has answered a shortage that is not over once this part of what was decided has come. */
const ANSWERED_SHARE = 1 / 2;

/** A shortage that the balloon has not answered yet: when the watch saw it, and what RAM there was then. */
export interface Unanswered {
  readonly sinceMs: number;
  readonly totalramPages: number;
}

/**
 * Follow a shortage at a look of the watch: `isShort` while memory is below the line, `targetPages` is the RAM that the guest
 * should have (null: nothing is set). @returns the shortage that is still unanswered, and how long an answer that has come
 * now took in ms. What ends by itself was not answered.
 */
export function followUnanswered(
  before: Unanswered | null,
  { totalramPages }: WatchSample,
  isShort: boolean,
  targetPages: number | null,
  nowMs: number,
): { readonly unanswered: Unanswered | null; readonly answerMs: number | null } {
  const since = isShort && totalramPages !== null ? { sinceMs: nowMs, totalramPages } : null;
  if (before === null || totalramPages === null) return { unanswered: since, answerMs: null };
  const grownPages = totalramPages - before.totalramPages;
  const askedPages = (targetPages ?? Number.POSITIVE_INFINITY) - before.totalramPages;
  const isAnswered = grownPages > 0 && (!isShort || grownPages >= askedPages * ANSWERED_SHARE);
  if (isAnswered) return { unanswered: since, answerMs: nowMs - before.sinceMs };
  return { unanswered: isShort ? before : null, answerMs: null };
}
