import type { GuestLimits } from "../limits.ts";
import type { Notice } from "../notices.ts";
import { BYTES_PER_MIB, mibFromBytes } from "../units.ts";
import type { Account } from "./account.ts";
import { usableBytes } from "./budget.ts";
import { allAccounts } from "./ledger.ts";
import type { Pressure } from "./pressure.ts";
import { keptFrom } from "./reservation.ts";
import type { HostRules } from "./rules.ts";
import type { HostState } from "./state.ts";

/** A host's memory as it stands, and when it takes memory of its guests, how much it needs that, and whether it is an emergency. */
export interface HostStanding extends Pick<Pressure, "take" | "need" | "isEmergency"> {
  /** The most that all guests may have together, in bytes. */
  readonly capacityBytes: number;
  /** The part of it that is kept for emergencies. */
  readonly reserveBytes: number;
  /** What the guests have. */
  readonly hadBytes: number;
  /** What they have, may still come to have by what was decided, or hold without having it: all that counts. */
  readonly promisedBytes: number;
  /** What is kept free for guests to come. */
  readonly reservedBytes: number;
  /** For whom: guests by their names, and null for whoever is started next; in the order in which it was reserved. */
  readonly reservedFor: readonly (string | null)[];
  /** What may still be given while nobody is in an emergency. */
  readonly freeBytes: number;
  /** What the guests could have together, each as much as its machine and the operator allow. */
  readonly maximaBytes: number;
  /** What can't be taken back whatever happens: the floors of guests that are managed, and all that the others have. */
  readonly minBytes: number;
  /** The maxima over the capacity. */
  readonly overcommit: number;
  /** The most that `overcommit` should be; null: whatever it is. */
  readonly overcommitLimit: number | null;
  /** What is wrong with it. */
  readonly warnings: readonly Notice[];
}

type Figures = Omit<HostStanding, "warnings">;

/** How the memory of a host stands, by all that is known of its guests. */
export function standingOf({ ledger, reservations, pressure }: HostState, rules: HostRules): HostStanding {
  const { budget, overcommit: overcommitLimit = null } = rules;
  const accounts = allAccounts(ledger);
  const sum = (of: (account: Account) => number): number => accounts.reduce((total, one) => total + of(one), 0);
  const maximaBytes = sum((account) => maxBytes(account, rules.terms(account.guest)));
  const reservedBytes = keptFrom(reservations, ledger, null);
  const { take, need, isEmergency } = pressure;
  const figures: Figures = {
    capacityBytes: budget.memoryBytes,
    reserveBytes: budget.reserveBytes,
    hadBytes: sum(({ hasBytes }) => hasBytes),
    promisedBytes: ledger.chargedBytes,
    reservedBytes,
    reservedFor: reservations.held.map(({ guest }) => guest),
    freeBytes: Math.max(0, usableBytes(budget) - reservedBytes - ledger.chargedBytes),
    maximaBytes,
    minBytes: sum((account) => minBytes(account, rules)),
    overcommit: maximaBytes / budget.memoryBytes,
    overcommitLimit,
    take,
    need,
    isEmergency,
  };
  return { ...figures, warnings: warningsOf(figures) };
}

/** Whether a guest that could have `bytes` more, beside those that memory is reserved for, would be too many. */
export function exceedsOvercommit(standing: HostStanding, bytes: number): boolean {
  const { overcommitLimit, maximaBytes, reservedBytes, capacityBytes } = standing;
  return overcommitLimit !== null && maximaBytes + reservedBytes + bytes > overcommitLimit * capacityBytes;
}

/** The warnings that are in `after` and were not in `before`; null: nothing was known then. */
export function newWarnings(before: HostStanding | null, after: HostStanding): readonly Notice[] {
  const told = new Set(before?.warnings.map(({ code }) => code));
  return after.warnings.filter(({ code }) => !told.has(code));
}

/** What a guest could have at the most, in bytes; what it has, if that is more. */
function maxBytes({ maximumBytes, unballoonedBytes, hasBytes }: Account, { maxMb }: GuestLimits): number {
  const allowedBytes = maxMb === null ? maximumBytes : maxMb * BYTES_PER_MIB + unballoonedBytes;
  return Math.max(hasBytes, Math.min(maximumBytes, allowedBytes));
}

function minBytes(
  { guest, floorBytes, maximumBytes, hasBytes, unballoonedBytes }: Account,
  { terms }: HostRules,
): number {
  const { isManaged, minMb } = terms(guest);
  const minBytes = Math.max(floorBytes, minMb * BYTES_PER_MIB + unballoonedBytes);
  return isManaged ? Math.min(maximumBytes, minBytes) : hasBytes;
}

function warningsOf({ minBytes: least, capacityBytes, overcommit, overcommitLimit }: Figures): readonly Notice[] {
  const capacityMib = mibFromBytes(capacityBytes);
  const warnings: Notice[] = [];
  if (least > capacityBytes) {
    warnings.push({ code: "budget_exceeded", details: { minMib: mibFromBytes(least), capacityMib } });
  }
  if (overcommitLimit !== null && overcommit > overcommitLimit) {
    const ratio = Math.round(overcommit * 100) / 100;
    warnings.push({ code: "overcommitted", details: { ratio, limit: overcommitLimit, capacityMib } });
  }
  return warnings;
}
