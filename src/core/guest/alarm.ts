import type { WatchSample } from "../backend.ts";

/** Where nothing changes, this many looks pass before the watch asks again. */
const PATIENCE_LOOKS = 10;

/** When the watch last asked for a step, and how things stood then; all null while memory is above the line. */
export interface Alarm {
  readonly askedPages: number | null;
  readonly askedTotalramPages: number | null;
  readonly looksSince: number;
}

/** Memory is above the line. */
export const QUIET: Alarm = Object.freeze({ askedPages: null, askedTotalramPages: null, looksSince: 0 });

/** Whether memory is below the line; never while there is none. */
export function isBelow({ availablePages }: WatchSample, linePages: number | null): boolean {
  return availablePages !== null && linePages !== null && availablePages < linePages;
}

/**
 * Follow the alarm at a look at which memory is below the line. It asks for a step (`looksSince` is 0 then) when memory
 * was above the line before, has fallen further since it last asked, or the balloon has moved and it was not enough. What
 * stands still is asked again from time to time, and not at each look.
 */
export function followAlarm(before: Alarm, { availablePages, totalramPages }: WatchSample): Alarm {
  const hasMoved = totalramPages === null || totalramPages !== before.askedTotalramPages;
  const hasFallen = before.askedPages === null || (availablePages ?? 0) < before.askedPages;
  const looksSince = before.looksSince + 1;
  if (!hasMoved && !hasFallen && looksSince < PATIENCE_LOOKS) return { ...before, looksSince };
  return { askedPages: availablePages, askedTotalramPages: totalramPages, looksSince: 0 };
}
