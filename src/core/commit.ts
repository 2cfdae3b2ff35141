import type { BalloonOrder, Effect } from "./guest/effects.ts";
import type { Cause, GuestEnv } from "./guest/events.ts";
import { freshAt } from "./guest/freshness.ts";
import { shrinkOrder } from "./guest/shrink-order.ts";
import type { ControllerState } from "./guest/state.ts";
import { type GuestState, noteNotAsked } from "./guest/step.ts";
import { changesTarget } from "./guest/targets.ts";
import { accountOf } from "./host/ledger.ts";
import type { HostState } from "./host/state.ts";
import type { Judged } from "./judge.ts";
import { canMove, hostAfter, type Minds, type Reaction } from "./minds.ts";
import { isComplete } from "./observation.ts";

/** Take a decision over: from now on it is what is remembered, and it is to be carried out. */
export function commit(before: Minds, judged: Judged, cause: Cause, env: GuestEnv, nowMs: number): Reaction {
  const { reading, observation, wantedPages } = judged;
  const isShortage = cause === "shortage";
  // An answer to a shortage is no step of self-shrinking.
  const decision = isShortage ? { ...judged.decision, frontswapTargetPages: null } : judged.decision;
  const maySet = canMove(env) && changesTarget(decision, observation, before.guest.askedPages);
  const { balloonTargetPages } = decision;
  const { pageBytes } = observation;
  const target = maySet && balloonTargetPages !== null ? { balloonTargetPages, pageBytes } : null;
  const shrink = canMove(env) ? shrinkOrder(decision, observation, env.tunables) : null;
  const decided: Effect = {
    kind: "decided",
    decided: { reading, observation, decision, cause, wantedPages },
    target,
    shrink,
  };
  return {
    guest: nextGuest(before.guest, judged, target, isShortage, env, nowMs),
    host: nextHost(judged, before.host, env, nowMs),
    effects: withOthers(decided, judged, canMove(env)),
  };
}

function nextGuest(
  before: ControllerState,
  { step, decision, observation }: Judged,
  target: BalloonOrder | null,
  isShortage: boolean,
  env: GuestEnv,
  nowMs: number,
): ControllerState {
  const { targetPages } = decision;
  return {
    step: stepAfter(before.step, step, isShortage, canMove(env)),
    last: isComplete(observation) ? { observation, targetPages } : null,
    askedPages: target === null ? before.askedPages : onItsWay(before.askedPages, target.balloonTargetPages),
    owes: before.owes || target !== null,
    freshness: isComplete(observation) ? freshAt(nowMs) : before.freshness,
    isArmed: before.isArmed,
    demands: before.demands,
    alarm: before.alarm,
    unanswered: before.unanswered,
  };
}

function stepAfter(before: GuestState, after: GuestState, isShortage: boolean, isMoved: boolean): GuestState {
  const kept = isShortage ? { ...after, shrink: before.shrink } : after;
  return isMoved ? kept : noteNotAsked(kept);
}

/** Until the balloon has taken a target, nobody knows which of the two is in force: the lower one must be reckoned with. */
function onItsWay(askedPages: number | null, balloonTargetPages: number): number {
  return Math.min(askedPages ?? balloonTargetPages, balloonTargetPages);
}

/**
 * Whatever was decided, a guest that may not be moved makes no other yield, and one that the operator paused keeps what was
 * observed.
 */
function nextHost(
  { host, observation }: Judged,
  before: HostState | null,
  env: GuestEnv,
  nowMs: number,
): HostState | null {
  if (host === null || before === null || canMove(env)) return host;
  const calm = { ...host, shortage: before.shortage, steppedSoonMs: before.steppedSoonMs };
  if (!env.isPaused) return calm;
  const promisedBytes = accountOf(before.ledger, observation.guest)?.promisedBytes ?? 0;
  return hostAfter(calm, { kind: "held", observation, promisedBytes }, env, nowMs);
}

/** What others are to do comes first: it holds whether or not the balloon takes the target. */
function withOthers(decided: Effect, { stepSoon, notices }: Judged, isMoved: boolean): readonly Effect[] {
  const guests = isMoved ? stepSoon : [];
  if (guests.length === 0 && notices.length === 0) return [decided];
  const told = notices.map((notice): Effect => ({ kind: "notice", notice }));
  return guests.length === 0 ? [...told, decided] : [...told, { kind: "step_soon", guests }, decided];
}
