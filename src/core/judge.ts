import type { Reading } from "./backend.ts";
import type { Decision } from "./decision.ts";
import { heldIfContradictory } from "./guest/agreement.ts";
import { NO_BOUNDS } from "./guest/bounds.ts";
import type { GuestEnv } from "./guest/events.ts";
import type { ControllerState } from "./guest/state.ts";
import { type GuestState, noteNotAsked, step } from "./guest/step.ts";
import { NO_NOTICES, NOBODY } from "./host/planned.ts";
import { boundsFor, plan } from "./host/planner.ts";
import type { HostState } from "./host/state.ts";
import { boundObservation, type GuestTerms } from "./limits.ts";
import type { Notice } from "./notices.ts";
import type { Observation } from "./observation.ts";

/** What guest and host together make of one reading. Nothing holds before it is taken over. */
export interface Judged {
  readonly step: GuestState;
  readonly host: HostState | null;
  readonly reading: Reading;
  /** What was read, within the operator's limits. */
  readonly observation: Observation;
  readonly decision: Decision;
  /** What was wanted before the host's limits, in pages on the balloon's side. */
  readonly wantedPages: number | null;
  readonly stepSoon: readonly string[];
  readonly notices: readonly Notice[];
}

/**
 * Decide on one reading: the host says what the guest is entitled to, the guest's law and guard decide within that, and
 * the host grants as much of it as it has. Pure.
 */
export function judge(
  guest: ControllerState,
  host: HostState | null,
  reading: Reading,
  env: GuestEnv,
  nowMs: number,
): Judged {
  const { tunables, without } = env;
  if (host === null || env.host === null) {
    const stepped = step(guest.step, reading.observation, tunables, nowMs, without, NO_BOUNDS);
    const decision = heldIfContradictory(stepped.decision, reading.observation);
    const state = decision === stepped.decision ? stepped.state : noteNotAsked(stepped.state);
    const { balloonTargetPages: wantedPages } = decision;
    const rest = { wantedPages, stepSoon: NOBODY, notices: NO_NOTICES };
    return { step: state, host, reading, observation: reading.observation, decision, ...rest };
  }
  const { budget, terms } = env.host;
  const entitled = boundsFor(host, reading, budget, terms, tunables, nowMs);
  const bounded: Reading = { ...reading, observation: boundObservation(reading.observation, terms) };
  const stepped = step(guest.step, bounded.observation, tunables, nowMs, without, entitled.bounds);
  const decided = markUnmanaged(stepped.decision, terms);
  const wanted = heldIfContradictory(decided, reading.observation);
  const planned = plan(entitled.state, { kind: "wants", wanted, reading: bounded, tunables }, budget, terms, nowMs);
  return {
    step: wanted === decided ? stepped.state : noteNotAsked(stepped.state),
    host: planned.state,
    reading,
    observation: bounded.observation,
    decision: planned.decision ?? wanted,
    wantedPages: wanted.balloonTargetPages,
    stepSoon: planned.stepSoon,
    notices: [...entitled.notices, ...planned.notices],
  };
}

function markUnmanaged(decision: Decision, { isManaged }: GuestTerms): Decision {
  return decision.reason === "off" && !isManaged ? { ...decision, reason: "unmanaged" } : decision;
}
