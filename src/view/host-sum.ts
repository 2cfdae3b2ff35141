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
  /** What they would save if each had come to its goal, and none to less than its floor or what it uses. */
  readonly atGoalsBytes: number;
  /** Guests that are in the sum. */
  readonly counted: number;
  /** Guests whose figures are not known, and so not in the sum. */
  readonly unknown: number;
}

/** Add up the guests. A guest that does not report what is available counts as using all it has. */
export function sumGuests(guests: Iterable<{ readonly figures: Figures | null }>): HostSum {
  let [allBytes, currentBytes, availableBytes, atGoalsBytes, counted, unknown] = [0, 0, 0, 0, 0, 0];
  for (const { figures } of guests) {
    if (figures?.currentBytes == null) {
      unknown += 1;
      continue;
    }
    counted += 1;
    const maximumBytes = Math.max(figures.maximumBytes ?? 0, figures.currentBytes);
    allBytes += maximumBytes;
    currentBytes += figures.currentBytes;
    const spareBytes = Math.min(figures.availableBytes ?? 0, figures.currentBytes);
    availableBytes += spareBytes;
    const minBytes = Math.max(figures.floorBytes ?? 0, figures.currentBytes - spareBytes);
    atGoalsBytes += Math.max(0, maximumBytes - Math.max(figures.goalBytes ?? maximumBytes, minBytes));
  }
  return {
    allBytes,
    usedBytes: currentBytes - availableBytes,
    availableBytes,
    savedBytes: allBytes - currentBytes,
    atGoalsBytes,
    counted,
    unknown,
  };
}

/** Whether there are guests, and nothing is known of any: its amounts are then no amounts, and nobody is to read them. */
export function isUnread({ counted, unknown }: HostSum): boolean {
  return counted === 0 && unknown > 0;
}
