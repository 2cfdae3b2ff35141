import { NO_BOUNDS } from "./guest/bounds.ts";
import type { GuestEnv, HostEnv } from "./guest/events.ts";
import type { ControllerState } from "./guest/state.ts";
import { step } from "./guest/step.ts";
import type { Account } from "./host/account.ts";
import { heldPages } from "./host/grant.ts";
import { accountOf } from "./host/ledger.ts";
import type { Yield } from "./host/room.ts";
import type { HostState } from "./host/state.ts";
import { boundObservation, minBalloonPages } from "./limits.ts";
import { canMove } from "./minds.ts";
import { REASONS, type Reason } from "./reasons.ts";

/** What keeps a guest's memory besides the reasons of decisions, in a sentence each. */
const KEEPERS = {
  floor: "It goes no lower than its floor and its min_mb.",
  paused: "The operator paused it, or it is a dry run.",
  unreadable: "It can't be read or moved now.",
  no_effect: "What it gives to its balloon does not come free on the host.",
} as const satisfies Record<string, string>;

/** A guest's first reading is there within this, in ms, or it is not to be waited for. */
const AWAITED_MS = 5000;

type Keeper = keyof typeof KEEPERS | Reason;

/**
 * What a guest could give at once: law and guard are asked how low they would let it go, by its last reading. Null: nothing
 * is known of it.
 */
export function yieldOf(
  guest: string,
  state: ControllerState,
  host: HostState,
  env: GuestEnv,
  nowMs: number,
): Yield | null {
  const account = accountOf(host.ledger, guest);
  if (account === null || env.host === null) return null;
  const { minBytes, because } = minOf(state, account, host, env, env.host, nowMs);
  const { currentBytes, goalBytes, weight, activeShare, priority } = account;
  const isAwaited = state.last === null && nowMs - state.freshness.lastGoodMs < AWAITED_MS;
  return {
    guest,
    currentBytes,
    goalBytes,
    minBytes,
    cost: weight * activeShare,
    priority,
    because: sentenceOf(because),
    isAwaited,
  };
}

interface Kept {
  readonly minBytes: number;
  readonly because: Keeper;
}

function minOf(
  { step: before, last }: ControllerState,
  account: Account,
  host: HostState,
  env: GuestEnv,
  { terms }: HostEnv,
  nowMs: number,
): Kept {
  const all = (because: Keeper): Kept => ({ minBytes: account.currentBytes, because });
  if (!canMove(env)) return all("paused");
  if (!terms.isManaged) return all("unmanaged");
  if (terms.isQuiet) return all("quiet");
  if (account.effect.isMissing) return all("no_effect");
  if (last === null || account.isFixed) return all(env.tunables.selfballooning === 1 ? "unreadable" : "off");
  const observation = boundObservation(last.observation, terms);
  const minPages = Math.max(minBalloonPages(terms, observation), heldPages(host.ledger, observation));
  const bounds = { ...NO_BOUNDS, minPages, entitledPages: 0 };
  const { decision } = step(before, observation, env.tunables, nowMs, env.without, bounds);
  const { balloonTargetPages, reason } = decision;
  if (balloonTargetPages === null) return all(reason);
  const targetBytes = balloonTargetPages * observation.pageBytes + account.unballoonedBytes;
  const isAtFloor = reason === "lower" || reason === "at_floor" || reason === "at_share";
  return { minBytes: Math.min(account.currentBytes, targetBytes), because: isAtFloor ? "floor" : reason };
}

function sentenceOf(because: Keeper): string {
  return { ...REASONS, ...KEEPERS }[because];
}
