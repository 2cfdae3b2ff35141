import type { Figures } from "../core/figures.ts";

/** All guests together, in bytes. */
export interface HostSum {
  /** What the guests could have together, if none gave any back. */
  readonly allBytes: number;
  /** What they use: they have it, and it is not available. */
  readonly usedBytes: number;
  /** What they have, and could use without swapping. */
  readonly availableBytes: number;
  /** What is in their balloons: the host has it back. */
  readonly savedBytes: number;
  /** Guests whose figures are not known, and so not in the sum. */
  readonly unknown: number;
}

/** Add up the guests. A guest that does not report what is available counts as using all it has. */
export function sumGuests(guests: Iterable<{ readonly figures: Figures | null }>): HostSum {
  let [allBytes, currentBytes, availableBytes, unknown] = [0, 0, 0, 0];
  for (const { figures } of guests) {
    if (figures?.currentBytes == null) {
      unknown += 1;
      continue;
    }
    allBytes += Math.max(figures.maximumBytes ?? 0, figures.currentBytes);
    currentBytes += figures.currentBytes;
    availableBytes += Math.min(figures.availableBytes ?? 0, figures.currentBytes);
  }
  return {
    allBytes,
    usedBytes: currentBytes - availableBytes,
    availableBytes,
    savedBytes: allBytes - currentBytes,
    unknown,
  };
}
