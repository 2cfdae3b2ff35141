import type { Decision } from "../decision.ts";
import type { Answer } from "../guard/answer.ts";
import { guard, NO_SAFETY } from "../guard/guard.ts";
import type { Safety } from "../guard/names.ts";
import { type GuardState, INITIAL_GUARD_STATE } from "../guard/state.ts";
import { INITIAL_PROGRESS } from "../guard/stuck.ts";
import { isComplete, type Observation } from "../observation.ts";
import type { Policy } from "../policy.ts";
import type { Tunables } from "../tunables.ts";
import { adaptiveAim } from "./adaptive.ts";
import { type Bounds, boundLaw, isHostShort, NO_BOUNDS } from "./bounds.ts";
import { isInDeadBand } from "./dead-band.ts";
import { balloonStep, maximumTarget, reasonFor } from "./law.ts";
import { INITIAL_SHRINK_STATE, type ShrinkState, shrinkStep } from "./selfshrink.ts";

/** What a step needs to remember of one guest. */
export interface GuestState {
  readonly policy: Policy;
  readonly shrink: ShrinkState;
  readonly guard: GuardState;
}

/** A guest that was never stepped. */
export const INITIAL_GUEST_STATE: GuestState = Object.freeze({
  policy: "driver",
  shrink: INITIAL_SHRINK_STATE,
  guard: INITIAL_GUARD_STATE,
});

/** A guest that was never stepped, under `policy`: chosen once, it holds for as long as the state is kept. */
export function startState(policy: Policy): GuestState {
  return { ...INITIAL_GUEST_STATE, policy };
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
    headroomPages: balloon.headroomPages,
    reason: balloon.reason,
    clamps: balloon.clamps,
  };
  return { state: { policy: state.policy, shrink: shrunk.state, guard: balloon.guard }, decision };
}

interface BalloonPart extends Omit<Decision, "t" | "guest" | "frontswapTargetPages"> {
  readonly guard: GuardState;
}

const NOTHING_SET = {
  goalPages: null,
  floorPages: null,
  targetPages: null,
  balloonTargetPages: null,
  headroomPages: null,
  clamps: [],
};

function decideBalloon(
  { policy, guard: before }: GuestState,
  observation: Observation,
  tunables: Tunables,
  nowMs: number,
  without: ReadonlySet<Safety>,
  bounds: Bounds,
): BalloonPart {
  if (tunables.selfballooning !== 1) return { ...NOTHING_SET, reason: "off", guard: before };
  if (!isComplete(observation)) return { ...NOTHING_SET, reason: "missing", guard: before };
  const isGuarded = tunables.guard === 1;
  // Without the guard nothing would keep the cache, and guard = 0 is the driver's law alone.
  const isAdaptive = policy === "adaptive" && isGuarded;
  const adaptive = isAdaptive ? adaptiveAim(before, observation, tunables, nowMs, isHostShort(bounds)) : null;
  const law = boundLaw(balloonStep(observation, tunables, adaptive ?? undefined), observation, bounds);
  const wanted = { targetPages: law.targetPages, maximumPages: maximumTarget(observation) };
  const guarded = isGuarded ? guard(before, observation, wanted, tunables, nowMs, without) : null;
  const targetPages = guarded?.targetPages ?? law.targetPages;
  const movePages = targetPages - observation.totalramPages;
  const isHeld =
    adaptive !== null && observation.totalramPages >= law.floorPages && isInDeadBand(movePages, observation.pageBytes);
  const setPages = isHeld ? observation.totalramPages : targetPages;
  return {
    goalPages: law.goalPages,
    floorPages: law.floorPages,
    targetPages: setPages,
    balloonTargetPages: setPages + observation.balloonCurrentPages - observation.totalramPages,
    headroomPages: guarded?.headroomPages ?? null,
    reason: guarded?.safety ?? (isHeld ? reasonFor(0, law.clamps) : law.reason),
    clamps: law.clamps,
    guard: isHeld ? withoutAsked(guarded?.state ?? before) : (guarded?.state ?? before),
  };
}

function shrinkIfOn(state: ShrinkState, observation: Observation, tunables: Tunables): ReturnType<typeof shrinkStep> {
  if (tunables.frontswap_selfshrinking !== 1 || observation.frontswapPages === null)
    return { state, targetPages: null };
  return shrinkStep(state, observation.frontswapPages, tunables);
}

/** `frontswap_inertia` was written: the wait starts again, at the value in force at the next step (specification, section 5). */
export function restartInertia(state: GuestState): GuestState {
  return { ...state, shrink: { ...state.shrink, inertiaSteps: null } };
}

/** What was decided was not asked of the guest: it can't be stuck for not following it. */
export function noteNotAsked(state: GuestState): GuestState {
  const guard = withoutAsked(state.guard);
  return guard === state.guard ? state : { ...state, guard };
}

function withoutAsked(state: GuardState): GuardState {
  return state.progress.askedPages === null ? state : { ...state, progress: { ...state.progress, askedPages: null } };
}

/** Its machine restarts: the kernel that did not follow is gone, and its next one was asked nothing yet. */
export function noteRestart(state: GuestState): GuestState {
  if (state.guard.progress === INITIAL_PROGRESS) return state;
  return { ...state, guard: { ...state.guard, progress: INITIAL_PROGRESS } };
}

/**
 * The watch saw demand rise by so much within one reaction time, and the balloon answer in so long: the guard reckons with
 * both from now on.
 */
export function noteWatched(state: GuestState, seenPages: number, answer: Answer): GuestState {
  const risePages = Math.max(seenPages, state.guard.risePages);
  if (risePages === state.guard.risePages && answer === state.guard.answer) return state;
  return { ...state, guard: { ...state.guard, risePages, answer } };
}
