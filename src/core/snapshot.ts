import type { ControllerState } from "./guest/state.ts";
import type { Account } from "./host/account.ts";
import type { HostBudget } from "./host/budget.ts";
import { allAccounts, ledgerOf } from "./host/ledger.ts";
import type { Pressure } from "./host/pressure.ts";
import type { Reservations } from "./host/reservation.ts";
import type { HostState } from "./host/state.ts";
import type { Need } from "./host/urgency.ts";
import type { Policy } from "./policy.ts";

/** What is remembered of a host, as plain data. */
export interface HostSnapshot {
  readonly budget: HostBudget;
  readonly accounts: readonly Account[];
  readonly shortUntilMs: number;
  readonly waiting: string | null;
  readonly waitingUntilMs: number;
  readonly waitingFor: Need;
  readonly askedForLackMs: number;
  readonly entitled: { readonly atMs: number; readonly bytes: readonly (readonly [string, number])[] } | null;
  readonly steppedSoonMs: number | null;
  readonly pressure: Pressure;
  readonly reservations: Reservations;
}

/** All that is remembered at one moment, as plain data: a recording that begins with it replays exactly. */
export interface Snapshot {
  /** The last turn that is in it, and the last record that the journal had then. */
  readonly turn: number;
  readonly seq: number;
  readonly isDryRun: boolean;
  readonly hasCompressedSwap: boolean;
  readonly policy: Policy;
  readonly guests: readonly { readonly guest: string; readonly state: ControllerState }[];
  /** Null where no host is shared. */
  readonly host: HostSnapshot | null;
}

/** A host's state as plain data. */
export function hostSnapshot(state: HostState, budget: HostBudget): HostSnapshot {
  const { shortUntilMs, waiting, waitingUntilMs, waitingFor, askedForLackMs, entitled } = state.shortage;
  return {
    budget,
    accounts: allAccounts(state.ledger),
    shortUntilMs,
    waiting,
    waitingUntilMs,
    waitingFor,
    askedForLackMs,
    entitled: entitled === null ? null : { atMs: entitled.atMs, bytes: [...entitled.bytes] },
    steppedSoonMs: state.steppedSoonMs,
    pressure: state.pressure,
    reservations: state.reservations,
  };
}

/** The state that a host's snapshot was made of. */
export function hostStateOf(snapshot: HostSnapshot): HostState {
  const { accounts, entitled, steppedSoonMs, pressure, reservations } = snapshot;
  const { shortUntilMs, waiting, waitingUntilMs, waitingFor, askedForLackMs } = snapshot;
  const kept = entitled === null ? null : { atMs: entitled.atMs, bytes: new Map(entitled.bytes) };
  return {
    ledger: ledgerOf(accounts),
    shortage: { shortUntilMs, waiting, waitingUntilMs, waitingFor, askedForLackMs, entitled: kept },
    reservations,
    steppedSoonMs,
    pressure,
  };
}
