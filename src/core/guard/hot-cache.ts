import { type BackOff, backOff } from "./back-off.ts";
import { isMissed } from "./changes.ts";
import type { Moment } from "./moment.ts";

/** Refaults of more than this share of the guest's RAM between two steps mean that its cache is hot. */
const REFAULT_SHARE = 1 / 1024;

/** Some task waiting for memory for more than this share of the time means it too, if pages are read back. */
const SOME_SHARE = 0.05;

/** What is given back at a step is between these shares of the guest's RAM. */
const LEAST_SHARE = 1 / 64;
const MOST_SHARE = 1 / 16;

/** A hot cache holds the target for a minute, longer each time that it is found hot again. */
const WAITS = { firstMs: 60_000, longestMs: 600_000 };

/** Whether the guest was seen to need the cache that it lost to the balloon. */
export function isHot({ observation, changes, couldHaveMore }: Moment): boolean {
  const refaults = (changes.refaultPages ?? 0) > observation.totalramPages * REFAULT_SHARE;
  return couldHaveMore && (refaults || (isMissed(changes) && (changes.someShare ?? 0) > SOME_SHARE));
}

/** How long the target must not fall. */
export function followHotCache(hold: BackOff, moment: Moment): BackOff {
  return isHot(moment) && moment.nowMs >= hold.untilMs ? backOff(hold, moment.nowMs, WAITS) : hold;
}

/** What is given back while the cache is hot, in pages: as much as came back, within bounds. */
export function giveBackPages({ observation, changes }: Moment): number {
  const { totalramPages } = observation;
  const wantedPages = Math.max(totalramPages * LEAST_SHARE, changes.refaultPages ?? 0);
  return Math.floor(Math.min(totalramPages * MOST_SHARE, wantedPages));
}
