import type { CompleteObservation } from "../observation.ts";
import type { Tunables } from "../tunables.ts";
import type { Answer } from "./answer.ts";
import { type Changes, changesSince } from "./changes.ts";
import { headroomPages, rememberRise } from "./headroom.ts";
import type { Safety } from "./names.ts";

/** What the law wants, in pages of the guest's RAM, and the most that the guest may have. */
export interface Wanted {
  readonly targetPages: number;
  readonly maximumPages: number;
}

/** What is remembered from the last step to judge the next one by. */
export interface Remembered {
  /** The last observation, null before the first, and when it was made. */
  readonly last: CompleteObservation | null;
  readonly lastMs: number;
  /** How much demand was seen to rise within one reaction time, in pages; forgotten slowly. */
  readonly risePages: number;
  readonly answer: Answer;
}

/** All that the safeties judge by at one step. */
export interface GuardInput {
  /** The observation before this one; null if there was none. */
  readonly last: CompleteObservation | null;
  readonly observation: CompleteObservation;
  readonly wanted: Wanted;
  readonly tunables: Tunables;
  readonly nowMs: number;
  readonly changes: Changes;
  readonly risePages: number;
  readonly headroomPages: number;
  /** True if the balloon holds memory that the guest could have back. */
  readonly couldHaveMore: boolean;
  /** Safeties that a scenario leaves out. */
  readonly without: ReadonlySet<Safety>;
}

/** Put together what the safeties judge by. */
export function guardInput(
  before: Remembered,
  observation: CompleteObservation,
  wanted: Wanted,
  tunables: Tunables,
  nowMs: number,
  without: ReadonlySet<Safety>,
): GuardInput {
  const changes = changesSince(before.last, observation, nowMs - before.lastMs);
  const risePages = rememberRise(before.risePages, before.answer, changes, tunables);
  return {
    last: before.last,
    observation,
    wanted,
    tunables,
    nowMs,
    changes,
    risePages,
    headroomPages: headroomPages(risePages, wanted.maximumPages, tunables, observation.pageBytes),
    couldHaveMore: observation.totalramPages < wanted.maximumPages,
    without,
  };
}
