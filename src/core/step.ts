import { type AdaptiveState, adaptiveGoal, INITIAL_ADAPTIVE_STATE } from "./adaptive.ts";
import type { Decision } from "./decision.ts";
import { guard, NO_SAFETY } from "./guard/guard.ts";
import type { Safety } from "./guard/safeties.ts";
import { type GuardState, INITIAL_GUARD_STATE } from "./guard/state.ts";
import { type Bounds, boundLaw, NO_BOUNDS } from "./limits.ts";
import { isComplete, type Observation } from "./observation.ts";
import type { Policy } from "./policy.ts";
import { balloonStep, maximumTarget } from "./selfballoon.ts";
import { INITIAL_SHRINK_STATE, type ShrinkState, shrinkStep } from "./selfshrink.ts";
import type { Tunables } from "./tunables.ts";

/** What a step needs to remember of one guest. */
export interface GuestState {
  readonly shrink: ShrinkState;
  readonly guard: GuardState;
  /** What the adaptive policy has learnt; null under the driver's. */
  readonly adaptive: AdaptiveState | null;
}

/** A guest that was never stepped. */
export const INITIAL_GUEST_STATE: GuestState = Object.freeze({
  shrink: INITIAL_SHRINK_STATE,
  guard: INITIAL_GUARD_STATE,
  adaptive: null,
});

/** A guest that was never stepped, under `policy`: chosen once, it holds for as long as the state is kept. */
export function startState(policy: Policy): GuestState {
  return policy === "adaptive" ? { ...INITIAL_GUEST_STATE, adaptive: INITIAL_ADAPTIVE_STATE } : INITIAL_GUEST_STATE;
}

/**
 * One step: observe has happened, this decides. Pure: the same state, observation, tunables and time give the same
 * answer, in the daemon, in a replay and in the simulator. Selfballooning first, the guard after it, then
 * self-shrinking, all on one observation. `nowMs` is monotonic. `without` leaves safeties
 * of the guard out, for the scenarios that show what each is good for. `bounds` hold the law's target before the guard.
 */
export function step(
  state: GuestState,
  observation: Observation,
  tunables: Tunables,
  nowMs: number,
  without: ReadonlySet<Safety> = NO_SAFETY,
  bounds: Bounds = NO_BOUNDS,
): { readonly state: GuestState; readonly decision: Decision } {
  const balloon = decideBalloon(state, observation, tunables, nowMs, without, bounds);
  const shrunk = shrinkIfOn(state.shrink, observation, tunables);
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
  return { state: { shrink: shrunk.state, guard: balloon.guard, adaptive: balloon.adaptive }, decision };
}

interface BalloonPart extends Omit<Decision, "t" | "guest" | "frontswapTargetPages"> {
  readonly guard: GuardState;
  readonly adaptive: AdaptiveState | null;
}

const NOTHING_SET = { goalPages: null, floorPages: null, targetPages: null, balloonTargetPages: null, clamps: [] };

function decideBalloon(
  { guard: before, adaptive: learnt }: GuestState,
  observation: Observation,
  tunables: Tunables,
  nowMs: number,
  omitted: ReadonlySet<Safety>,
  bounds: Bounds,
): BalloonPart {
  if (tunables.selfballooning !== 1) return { ...NOTHING_SET, reason: "off", guard: before, adaptive: learnt };
  if (!isComplete(observation)) return { ...NOTHING_SET, reason: "missing", guard: before, adaptive: learnt };
  const aim = learnt === null ? null : adaptiveGoal(learnt, observation, before.risePages, tunables, nowMs);
  const adaptive = aim?.state ?? learnt;
  const without = aim === null ? omitted : withoutHotCache(omitted);
  const law = boundLaw(balloonStep(observation, tunables, aim?.goalPages), observation, bounds);
  const wanted = { targetPages: law.targetPages, maximumPages: maximumTarget(observation) };
  const guarded = tunables.guard === 1 ? guard(before, observation, wanted, tunables, nowMs, without) : null;
  const targetPages = guarded?.targetPages ?? law.targetPages;
  return {
    goalPages: law.goalPages,
    floorPages: law.floorPages,
    targetPages,
    balloonTargetPages: targetPages + observation.balloonCurrentPages - observation.totalramPages,
    reason: guarded?.safety ?? law.reason,
    clamps: law.clamps,
    guard: guarded?.state ?? before,
    adaptive,
  };
}

const NO_HOT_CACHE: ReadonlySet<Safety> = new Set(["hot_cache"]);

/** A goal that has learnt what cache is needed answers for the cache itself, and more finely. */
function withoutHotCache(omitted: ReadonlySet<Safety>): ReadonlySet<Safety> {
  return omitted === NO_SAFETY ? NO_HOT_CACHE : new Set([...omitted, "hot_cache"]);
}

function shrinkIfOn(state: ShrinkState, observation: Observation, tunables: Tunables): ReturnType<typeof shrinkStep> {
  if (tunables.frontswap_selfshrinking !== 1 || observation.frontswapPages === null)
    return { state, targetPages: null };
  return shrinkStep(state, observation.frontswapPages, tunables);
}

/** `frontswap_inertia` was written: the wait starts anew at the new value (specification, section 5). */
export function restartInertia(state: GuestState, tunables: Tunables): GuestState {
  return { ...state, shrink: { ...state.shrink, inertiaSteps: tunables.frontswap_inertia } };
}

/** The watch saw demand rise by so much within one reaction time: the guard reckons with it from now on. */
export function noteRise(state: GuestState, risePages: number): GuestState {
  if (risePages <= state.guard.risePages) return state;
  return { ...state, guard: { ...state.guard, risePages } };
}
