import { type Effect, NOTHING, READ_SIZE } from "./guest/effects.ts";
import type { GiveCause, GuestEnv } from "./guest/events.ts";
import { mustFailOpen } from "./guest/freshness.ts";
import { accountOf } from "./host/ledger.ts";
import type { Grant } from "./host/planned.ts";
import { plan } from "./host/planner.ts";
import type { HostState } from "./host/state.ts";
import { canMove, type Minds, type Reaction } from "./minds.ts";

/**
 * Is it time to give the guest everything? Because the operator wants that and it has not all of it yet, or because nobody
 * can tell what it needs.
 */
export function failOpen(before: Minds, guest: string, env: GuestEnv, nowMs: number): Reaction {
  const { freshness, owes } = before.guest;
  if (owes && env.isReleased) return giveAll(before, guest, "asked", env, nowMs);
  // What is managed no more gets back what was taken from it, until it has it.
  if (owes && env.host !== null && !env.host.terms.isManaged) return giveAll(before, guest, "unmanaged", env, nowMs);
  if (!canMove(env) || !mustFailOpen(freshness, env.tunables, nowMs)) return { ...before, effects: NOTHING };
  return giveAll(before, guest, freshness.isRestarting ? "restarting" : "silent", env, nowMs);
}

/**
 * Give the guest all that it may have: on a shared host as much of it as there is. One of which nobody knows what it has
 * keeps that until its size is known; where it is to be let go, it gets no more than the operator allows. A guest that is
 * not ours, and that was never moved, has nothing to get back.
 */
export function giveAll(before: Minds, guest: string, because: GiveCause, env: GuestEnv, nowMs: number): Reaction {
  const isOurs = (env.host?.terms.isManaged ?? true) || before.guest.owes;
  if (env.isDryRun || !isOurs) return { ...before, effects: NOTHING };
  const isLetGo = because === "asked" || because === "unmanaged";
  const isUnknown = before.host !== null && accountOf(before.host.ledger, guest) === null;
  if (isUnknown && !isLetGo) return { ...before, effects: READ_SIZE };
  const { host, grant } = askHost(before.host, guest, because, env, nowMs);
  const { freshness } = before.guest;
  const give: Effect = {
    kind: "give_all",
    bytes: grant?.bytes ?? null,
    ofBytes: grant?.ofBytes ?? null,
    isAll: grant?.isAll ?? true,
    because,
    isNews: !freshness.isReported,
    silentMs: nowMs - freshness.lastGoodMs,
  };
  return { guest: before.guest, host, effects: [give] };
}

function askHost(
  host: HostState | null,
  guest: string,
  because: GiveCause,
  env: GuestEnv,
  nowMs: number,
): { readonly host: HostState | null; readonly grant: Grant | null } {
  if (host === null || env.host === null) return { host, grant: null };
  const { budget, terms } = env.host;
  const { state, grant } = plan(host, { kind: "gives_all", guest, because }, budget, terms, nowMs);
  return { host: state, grant };
}
