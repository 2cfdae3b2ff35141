import type { CompleteObservation } from "../observation.ts";
import type { Policy } from "../policy.ts";
import { type Alarm, QUIET } from "./alarm.ts";
import { type Demands, NO_DEMANDS } from "./demand.ts";
import { type Freshness, freshAt } from "./freshness.ts";
import { type GuestState, startState } from "./step.ts";
import type { Unanswered } from "./unanswered.ts";

/** What the last decision left for the watch to judge by. */
export interface LastStep {
  readonly observation: CompleteObservation;
  /** The RAM that the guest should have, in pages; null if nothing was set. */
  readonly targetPages: number | null;
}

/** All that is remembered of one guest. Plain data, replaced as a whole at each event. */
export interface ControllerState {
  /** What the law, the guard and self-shrinking remember. */
  readonly step: GuestState;
  /** Null before the first step, and while a needed reading is missing. */
  readonly last: LastStep | null;
  /**
   * The balloon's target that is in force, in pages, the lower one while nobody knows which of two is; null before one was
   * set, and once everything was given back.
   */
  readonly askedPages: number | null;
  /** Whether it was moved and has not been given everything back since. */
  readonly owes: boolean;
  readonly freshness: Freshness;
  /** Whether a step is pending. */
  readonly isArmed: boolean;
  readonly demands: Demands;
  readonly alarm: Alarm;
  readonly unanswered: Unanswered | null;
}

/** A guest that was found at `nowMs`. The policy holds for as long as the state is kept. */
export function foundState(policy: Policy, nowMs: number): ControllerState {
  return {
    step: startState(policy),
    last: null,
    askedPages: null,
    owes: false,
    freshness: freshAt(nowMs),
    isArmed: false,
    demands: NO_DEMANDS,
    alarm: QUIET,
    unanswered: null,
  };
}
