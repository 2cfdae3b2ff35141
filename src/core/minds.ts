import { type Effect, NOTHING } from "./guest/effects.ts";
import type { GuestEnv } from "./guest/events.ts";
import type { ControllerState } from "./guest/state.ts";
import { type HostEvent, plan } from "./host/planner.ts";
import type { HostState } from "./host/state.ts";

/** What is remembered of one guest and, where several share a host, of the host. */
export interface Minds {
  readonly guest: ControllerState;
  readonly host: HostState | null;
}

/** What came of an event: what is remembered from now on, and what is to be done, in that order. */
export interface Reaction extends Minds {
  readonly effects: readonly Effect[];
}

/** A part of the guest's state is replaced. */
export function changed(before: Minds, change: Partial<ControllerState>, effects = NOTHING): Reaction {
  return { guest: { ...before.guest, ...change }, host: before.host, effects };
}

/** What the host remembers once this has happened to one of its guests; null where none is shared. */
export function hostAfter(
  host: HostState | null,
  event: HostEvent,
  env: Pick<GuestEnv, "host">,
  nowMs: number,
): HostState | null {
  if (host === null || env.host === null) return host;
  return plan(host, event, env.host.budget, env.host.terms, nowMs).state;
}

/** Whether the guest's balloon may be moved now. */
export function canMove({ isDryRun, isPaused }: GuestEnv): boolean {
  return !isDryRun && !isPaused;
}
