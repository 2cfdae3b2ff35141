import { NO_ANSWER } from "./answer.ts";
import { type Emergency, NO_EMERGENCY } from "./emergency.ts";
import { type NeededCache, NO_NEEDED_CACHE } from "./hot-cache.ts";
import type { Remembered } from "./input.ts";
import { NO_RISE, type SingleRise } from "./single-rise.ts";
import { INITIAL_PROGRESS, type Progress } from "./stuck.ts";

/** What the guard remembers of one guest. Times are in ms on the caller's monotonic clock. */
export interface GuardState extends Remembered {
  readonly emergency: Emergency;
  readonly cache: NeededCache;
  readonly progress: Progress;
  readonly singleRise: SingleRise;
}

/** Before the first observation. */
export const INITIAL_GUARD_STATE: GuardState = Object.freeze({
  last: null,
  lastMs: 0,
  risePages: 0,
  answer: NO_ANSWER,
  emergency: NO_EMERGENCY,
  cache: NO_NEEDED_CACHE,
  progress: INITIAL_PROGRESS,
  singleRise: NO_RISE,
});
