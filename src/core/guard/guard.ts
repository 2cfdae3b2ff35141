import type { CompleteObservation } from "../observation.ts";
import type { Tunables } from "../tunables.ts";
import { BOUNDS } from "./bounds.ts";
import { followEmergency } from "./emergency.ts";
import { followCache } from "./hot-cache.ts";
import { type Moment, momentOf, type Wanted } from "./input.ts";
import { SAFETIES, type Safety } from "./safeties.ts";
import type { GuardState } from "./state.ts";
import { followProgress } from "./stuck.ts";

/** What the guard makes of the law's target: the same or a higher one. */
export interface Guarded {
  readonly state: GuardState;
  readonly targetPages: number;
  /** The safety that asked for the most; null if none asked for more than the law. */
  readonly safety: Safety | null;
}

/** No safety is left out. */
export const NO_SAFETY: ReadonlySet<Safety> = new Set();

const SAFETY_NAMES = Object.keys(SAFETIES) as readonly Safety[];

/**
 * The guard: after the law, and only ever above it. It raises the target, holds it, or slows its fall, so that a guest
 * is never made short of memory. `without` leaves safeties out, for the scenarios that show what each is good for.
 */
export function guard(
  before: GuardState,
  observation: CompleteObservation,
  wanted: Wanted,
  tunables: Tunables,
  nowMs: number,
  without: ReadonlySet<Safety>,
): Guarded {
  const moment = momentOf(before, observation, wanted, tunables, nowMs, without);
  const seen = follow(before, moment);
  const { targetPages, safety } = highestBound(seen, moment);
  const askedPages = targetPages < observation.totalramPages ? targetPages : null;
  return { targetPages, safety, state: noteAsked(seen, askedPages) };
}

/** The state with what is asked of the guest now. Spelt out, because spreading it costs twice as much as the guard. */
function noteAsked(state: GuardState, askedPages: number | null): GuardState {
  const { last, lastMs, risePages, emergency, cache, progress } = state;
  const { stalledSteps, stallScore, parked } = progress;
  return { last, lastMs, risePages, emergency, cache, progress: { askedPages, stalledSteps, stallScore, parked } };
}

/** Take in what was seen: emergencies, the cache that is needed, guests that do not follow. */
function follow(before: GuardState, moment: Moment): GuardState {
  return {
    last: moment.observation,
    lastMs: moment.nowMs,
    risePages: moment.risePages,
    emergency: followEmergency(before.emergency, moment),
    cache: followCache(before.cache, moment),
    progress: followProgress(before.progress, moment),
  };
}

function highestBound(state: GuardState, moment: Moment): Pick<Guarded, "targetPages" | "safety"> {
  let { targetPages } = moment.wanted;
  let safety: Safety | null = null;
  for (const name of SAFETY_NAMES) {
    if (moment.without.has(name)) continue;
    const bound = Math.min(BOUNDS[name](state, moment), moment.wanted.maximumPages);
    if (bound > targetPages) {
      targetPages = bound;
      safety = name;
    }
  }
  return { targetPages, safety };
}
