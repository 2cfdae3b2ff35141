import type { CompleteObservation } from "../observation.ts";
import type { Tunables } from "../tunables.ts";
import { type Changes, changesSince } from "./changes.ts";
import { headroomPages, rememberRise } from "./headroom.ts";
import type { Safety } from "./safeties.ts";
import type { GuardState } from "./state.ts";

/** What the law wants, in pages of the guest's RAM, and the most that the guest may have. */
export interface Wanted {
  readonly targetPages: number;
  readonly maximumPages: number;
}

/** All that the safeties judge by at one step. */
export interface Moment {
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
export function momentOf(
  state: GuardState,
  observation: CompleteObservation,
  wanted: Wanted,
  tunables: Tunables,
  nowMs: number,
  without: ReadonlySet<Safety>,
): Moment {
  const changes = changesSince(state.last, observation, nowMs - state.lastMs);
  const risePages = rememberRise(state.risePages, changes, tunables);
  return {
    last: state.last,
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
