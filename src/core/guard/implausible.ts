import type { GuardInput } from "./input.ts";

/** A reading that can't be true, or one that was there before and is missing, lowers nothing. */
export const implausible = {
  sentence: "A reading can't be true, or one that was there before is missing: the target does not fall.",
  minTargetPages: (_: unknown, { last, observation }: GuardInput): number => {
    const { availablePages, totalramPages, maxPfn } = observation;
    const vanished = availablePages === null && last !== null && last.availablePages !== null;
    const absurd = totalramPages > maxPfn || (availablePages !== null && availablePages > totalramPages);
    return vanished || absurd ? totalramPages : 0;
  },
};
