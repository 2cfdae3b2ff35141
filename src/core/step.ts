import type { Decision } from "./decision.ts";
import { isComplete, type Observation } from "./observation.ts";
import { balloonStep } from "./selfballoon.ts";
import { INITIAL_SHRINK_STATE, type ShrinkState, shrinkStep } from "./selfshrink.ts";
import type { Tunables } from "./tunables.ts";

/** What a step needs to remember of one guest. */
export interface GuestState {
  readonly shrink: ShrinkState;
}

/** A guest that was never stepped. */
export const INITIAL_GUEST_STATE: GuestState = Object.freeze({ shrink: INITIAL_SHRINK_STATE });

/**
 * One step: observe has happened, this decides. Pure: the same state, observation and tunables give the same answer,
 * in the daemon, in a replay and in the simulator. Selfballooning first, then self-shrinking, on one observation.
 */
export function step(
  state: GuestState,
  observation: Observation,
  tunables: Tunables,
): { readonly state: GuestState; readonly decision: Decision } {
  const shrunk = shrinkIfOn(state.shrink, observation, tunables);
  const balloon = decideBalloon(observation, tunables);
  // Spelt out, because spreading costs more than the law itself.
  const decision: Decision = {
    t: observation.t,
    guest: observation.guest,
    goalPages: balloon.goalPages,
    floorPages: balloon.floorPages,
    targetPages: balloon.targetPages,
    balloonTargetPages: balloon.balloonTargetPages,
    frontswapTargetPages: shrunk.targetPages,
    reason: balloon.reason,
    clamps: balloon.clamps,
  };
  return { state: { shrink: shrunk.state }, decision };
}

type BalloonPart = Omit<Decision, "t" | "guest" | "frontswapTargetPages">;

const NOTHING_SET = { goalPages: null, floorPages: null, targetPages: null, balloonTargetPages: null, clamps: [] };
const OFF: BalloonPart = { ...NOTHING_SET, reason: "off" };
const MISSING: BalloonPart = { ...NOTHING_SET, reason: "missing" };

function decideBalloon(observation: Observation, tunables: Tunables): BalloonPart {
  if (tunables.selfballooning !== 1) return OFF;
  if (!isComplete(observation)) return MISSING;
  return balloonStep(observation, tunables);
}

function shrinkIfOn(state: ShrinkState, observation: Observation, tunables: Tunables): ReturnType<typeof shrinkStep> {
  if (tunables.frontswap_selfshrinking !== 1 || observation.frontswapPages === null)
    return { state, targetPages: null };
  return shrinkStep(state, observation.frontswapPages, tunables);
}

/** `frontswap_inertia` was written: the wait starts anew at the new value (specification, section 5). */
export function restartInertia(state: GuestState, tunables: Tunables): GuestState {
  return { shrink: { ...state.shrink, inertiaSteps: tunables.frontswap_inertia } };
}
