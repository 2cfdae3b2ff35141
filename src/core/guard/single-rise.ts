import type { GuardInput } from "./input.ts";

/** A rise of what a guest has committed, and until when it is reckoned with. */
export interface SingleRise {
  readonly pages: number;
  readonly untilMs: number;
}

/** None was seen. */
export const NO_RISE: SingleRise = Object.freeze({ pages: 0, untilMs: 0 });

/** What a guest does, it does daily. */
const MEMORY_MS = 86_400_000;

/**
 * The largest rise of Committed_AS between two steps of the last day: at least as much as a program was granted in one
 * piece. It is kept in full, for what falls short by a page is refused. However much a guest tells, no more than it may have.
 */
export function followSingleRise(before: SingleRise, input: GuardInput): SingleRise {
  const { last, observation, changes, wanted, nowMs } = input;
  const remembered = nowMs < before.untilMs ? before : NO_RISE;
  if (last === null || changes.elapsedMs <= 0) return remembered;
  const pages = Math.min(wanted.maximumPages, observation.committedPages - last.committedPages);
  return pages > 0 && pages >= remembered.pages ? { pages, untilMs: nowMs + MEMORY_MS } : remembered;
}

/** What was granted in one piece once is granted again: the kernel refuses what is larger than RAM and swap together. */
export const singleRise = {
  sentence: "RAM and swap together stay large enough for a program to ask for as much at once as one did before.",
  minTargetPages: (
    { singleRise: { pages } }: { readonly singleRise: SingleRise },
    { observation: { swapTotalPages } }: GuardInput,
  ): number => (swapTotalPages === null ? 0 : pages - swapTotalPages),
};
