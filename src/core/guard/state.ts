import { type BackOff, NO_BACK_OFF } from "./back-off.ts";
import { type Emergency, NO_EMERGENCY } from "./emergency.ts";
import type { Remembered } from "./moment.ts";
import { INITIAL_PROGRESS, type Progress } from "./progress.ts";

/** What the guard remembers of one guest. Times are in ms on the caller's monotonic clock. */
export interface GuardState extends Remembered {
  readonly emergency: Emergency;
  /** How long the target must not fall, because the cache was hot. */
  readonly hold: BackOff;
  readonly progress: Progress;
}

/** Before the first observation. */
export const INITIAL_GUARD_STATE: GuardState = Object.freeze({
  last: null,
  lastMs: 0,
  risePages: 0,
  emergency: NO_EMERGENCY,
  hold: NO_BACK_OFF,
  progress: INITIAL_PROGRESS,
});
