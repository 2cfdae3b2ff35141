import { pagesFromMib } from "../units.ts";
import type { GuardInput } from "./input.ts";

/**
 * With heuristic overcommit the kernel refuses a single allocation that is larger than RAM and swap together
 * (mm/util.c, __vm_enough_memory), and Committed_AS never shows that it was asked for.
 */
export const allocatable = {
  sentence: "RAM and swap together stay large enough for a program to ask for that much at once.",
  minTargetPages: (_: unknown, { observation, tunables }: GuardInput): number => {
    const { swapTotalPages, pageBytes } = observation;
    return swapTotalPages === null ? 0 : pagesFromMib(tunables.guard_allocatable_mb, pageBytes) - swapTotalPages;
  },
};
