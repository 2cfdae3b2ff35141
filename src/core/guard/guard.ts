import type { CompleteObservation } from "../observation.ts";
import type { Tunables } from "../tunables.ts";
import { followEmergency } from "./emergency.ts";
import { followCache } from "./hot-cache.ts";
import { usedPages } from "./in-use.ts";
import { type GuardInput, guardInput, type Wanted } from "./input.ts";
import { SAFETY_NAMES, type Safety } from "./names.ts";
import { SAFETIES } from "./safeties.ts";
import { followSingleRise } from "./single-rise.ts";
import type { GuardState } from "./state.ts";
import { followProgress } from "./stuck.ts";

/** What the guard makes of the law's target: the same or a higher one. */
export interface Guarded {
  readonly state: GuardState;
  readonly targetPages: number;
  /** What it keeps available beside what is in use, in pages. */
  readonly headroomPages: number;
  /** The safety that asked for the most; null if none asked for more than the law. */
  readonly safety: Safety | null;
}

/** The part of the headroom that gives way to a maximum below what the guest has. */
const SPARED_SHARE = 1 / 2;

/** No safety is left out. */
export const NO_SAFETY: ReadonlySet<Safety> = new Set();

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
  const input = guardInput(before, observation, wanted, tunables, nowMs, without);
  const seen = follow(before, input);
  const { targetPages, safety } = highestBound(seen, input);
  const askedPages = targetPages < observation.totalramPages ? targetPages : null;
  return { targetPages, headroomPages: input.headroomPages, safety, state: noteAsked(seen, askedPages) };
}

/** The state with what is asked of the guest now. Spelt out, because spreading it costs twice as much as the guard. */
function noteAsked(state: GuardState, askedPages: number | null): GuardState {
  const { last, lastMs, risePages, answer, emergency, cache, progress, singleRise } = state;
  const { stalledSteps, stallScore, parked } = progress;
  const asked = { askedPages, stalledSteps, stallScore, parked };
  return { last, lastMs, risePages, answer, emergency, cache, progress: asked, singleRise };
}

/** Take in what was seen: emergencies, the cache that is needed, guests that do not follow. */
function follow(before: GuardState, input: GuardInput): GuardState {
  return {
    last: input.observation,
    lastMs: input.nowMs,
    risePages: input.risePages,
    answer: before.answer,
    emergency: followEmergency(before.emergency, input),
    cache: followCache(before.cache, input),
    progress: followProgress(before.progress, input),
    singleRise: followSingleRise(before.singleRise, input),
  };
}

function highestBound(state: GuardState, input: GuardInput): Pick<Guarded, "targetPages" | "safety"> {
  let { targetPages } = input.wanted;
  let safety: Safety | null = null;
  const maxPages = ceilingPages(input);
  for (const name of SAFETY_NAMES) {
    if (input.without.has(name)) continue;
    const bound = Math.min(SAFETIES[name].minTargetPages(state, input), maxPages);
    if (bound > targetPages) {
      targetPages = bound;
      safety = name;
    }
  }
  return { targetPages, safety };
}

/**
 * The most that a safety may ask for: the guest's maximum. One that was set below what the guest has is gone down to as
 * memory comes free: what is in use stays, and a part of the headroom beside it.
 */
function ceilingPages(input: GuardInput): number {
  const { observation, wanted, headroomPages } = input;
  const keptPages = usedPages(input) - Math.floor(headroomPages * SPARED_SHARE);
  return Math.max(wanted.maximumPages, Math.min(observation.totalramPages, keptPages));
}
