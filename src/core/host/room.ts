import { PRIORITIES, type Priority } from "../limits.ts";
import { type HostBudget, usableBytes } from "./budget.ts";
import { besides, type Ceiling, keptBytes, keptFrom, type Reservation, type Reservations } from "./reservation.ts";
import type { HostState } from "./state.ts";

/** What one guest could give at once. In bytes, as the host counts. */
export interface Yield {
  readonly guest: string;
  /** What it has, or was promised. */
  readonly currentBytes: number;
  /** What it wants. */
  readonly goalBytes: number;
  /** The least that it could be brought down to now. */
  readonly minBytes: number;
  /** What memory that is not in use is worth to it beside the others. */
  readonly cost: number;
  /** Its class: one of a lower class gives first. */
  readonly priority: Priority;
  /** What keeps the rest. */
  readonly because: string;
  /** Whether the next moment may say otherwise: it was found, or read well, only just now, and is not read. */
  readonly isAwaited: boolean;
}

/** What is free for a reservation, and who would go down for it. */
export interface Room {
  /** What is free now, in bytes, without what others have reserved. */
  readonly freeBytes: number;
  /** What could be free, at the most. */
  readonly couldBytes: number;
  /** Who goes down and how far; null: not even all of them together would be enough. */
  readonly ceilings: readonly Ceiling[] | null;
}

/** Look for room for `bytes`, for a guest of that name or anybody, beside all that is reserved. */
export function roomFor(
  { ledger, reservations }: HostState,
  budget: HostBudget,
  { bytes, guest }: Pick<Reservation, "bytes" | "guest">,
  yields: readonly Yield[],
): Room {
  const others = besides(reservations, guest);
  const keptFromIt = others.reduce((sum, one) => sum + keptBytes(one, ledger), 0);
  const freeBytes = usableBytes(budget) - keptFromIt - ledger.chargedBytes;
  const donors = donorsAmong(yields, others);
  const yieldBytes = donors.reduce((sum, donor) => sum + donor.currentBytes - donor.minBytes, 0);
  const couldBytes = Math.max(0, freeBytes + yieldBytes);
  const ceilings = couldBytes < bytes ? null : ceilingsFor(donors, bytes - freeBytes);
  return { freeBytes: Math.max(0, freeBytes), couldBytes, ceilings };
}

/** Who goes down so that all that is reserved is free, as far as it can be. */
export function ceilingsNow(
  { ledger, reservations }: HostState,
  budget: HostBudget,
  yields: readonly Yield[],
): readonly Ceiling[] {
  return ceilingsFor(
    donorsAmong(yields, reservations.held),
    shortBytes(reservations, ledger.chargedBytes, budget, ledger),
  );
}

/** Whether this reservation and all that were made before it are free. */
export function isMet({ ledger, reservations }: HostState, id: string, budget: HostBudget): boolean {
  const nth = reservations.held.findIndex((one) => one.id === id);
  const before = { ...reservations, held: reservations.held.slice(0, nth + 1) };
  return shortBytes(before, ledger.chargedBytes, budget, ledger) <= 0;
}

function shortBytes(
  reservations: Reservations,
  chargedBytes: number,
  budget: HostBudget,
  ledger: HostState["ledger"],
): number {
  return chargedBytes + keptFrom(reservations, ledger, null) - usableBytes(budget);
}

/** A guest that memory is reserved for gives none. */
function donorsAmong(yields: readonly Yield[], reserved: readonly Reservation[]): readonly Yield[] {
  const takers = new Set(reserved.filter(({ isPreceded }) => !isPreceded).map(({ guest }) => guest));
  return yields.filter((one) => one.minBytes < one.currentBytes && !takers.has(one.guest));
}

/** Share out `neededBytes`: nobody of a higher priority goes down while one of a lower can. Nobody goes lower than it can. */
function ceilingsFor(donors: readonly Yield[], neededBytes: number): readonly Ceiling[] {
  let leftBytes = neededBytes;
  return PRIORITIES.flatMap((priority) => {
    const ofPriority = donors.filter((donor) => donor.priority === priority);
    const ceilings = ceilingsWithin(ofPriority, leftBytes);
    leftBytes -= ofPriority.reduce((sum, { currentBytes, minBytes }) => sum + currentBytes - minBytes, 0);
    return ceilings;
  });
}

/**
 * Share out `neededBytes` in the order of what it costs: first what guests have beyond their goals, each in proportion;
 * then what they do not use, the guest first to whom that is worth the least.
 */
function ceilingsWithin(donors: readonly Yield[], neededBytes: number): readonly Ceiling[] {
  if (neededBytes <= 0) return [];
  const surplusOf = ({ currentBytes, goalBytes, minBytes }: Yield): number =>
    Math.max(0, currentBytes - Math.max(goalBytes, minBytes));
  const surplusBytes = donors.reduce((sum, donor) => sum + surplusOf(donor), 0);
  const share = surplusBytes === 0 ? 0 : Math.min(1, neededBytes / surplusBytes);
  let restBytes = Math.max(0, neededBytes - surplusBytes);
  const sorted = [...donors].sort((a, b) => a.cost - b.cost || (a.guest < b.guest ? -1 : 1));
  return sorted.flatMap((donor) => {
    const firstBytes = Math.ceil(surplusOf(donor) * share);
    const thenBytes = Math.min(restBytes, donor.currentBytes - surplusOf(donor) - donor.minBytes);
    restBytes -= thenBytes;
    const bytes = donor.currentBytes - firstBytes - thenBytes;
    return bytes < donor.currentBytes ? [{ guest: donor.guest, bytes }] : [];
  });
}
