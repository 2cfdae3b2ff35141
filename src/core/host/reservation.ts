import type { HostBudget } from "./budget.ts";
import { accountOf, type Ledger } from "./ledger.ts";

/** A reservation's id: a host makes those of eight digits, a fleet longer ones. */
export const RESERVATION_ID = /^[0-9a-f]{8,32}$/;

/** Memory of a host that is kept free, as for a guest that is about to start. */
export interface Reservation {
  readonly id: string;
  /** The guest that it is for, by its name; null: whoever is started next. */
  readonly guest: string | null;
  readonly bytes: number;
  /** When it ends by itself; monotonic. */
  readonly untilMs: number;
  /** Whether a guest of that name was there before it, and still is: what that one has is not what was reserved. */
  readonly isPreceded: boolean;
}

/** A reservation as it is kept over a restart. */
export interface KeptReservation extends Pick<Reservation, "id" | "guest" | "bytes"> {
  /** Wall clock, in ms since 1970. */
  readonly expiresAtMs: number;
}

/** The most a guest may have until enough is free, in bytes as the host counts. */
export interface Ceiling {
  readonly guest: string;
  readonly bytes: number;
}

/** All that is reserved, and who goes down for it. */
export interface Reservations {
  /** In the order in which they were made. */
  readonly held: readonly Reservation[];
  /** Empty once all that is reserved is free. */
  readonly ceilings: readonly Ceiling[];
}

export const NOTHING_RESERVED: Reservations = Object.freeze({ held: [], ceilings: [] });

/** A host has at most so many at a time. */
export const MAX_RESERVATIONS = 64;

/** How long is waited until it is free, and how long it is kept, where a wish says nothing, and at the most. In ms. */
export const RESERVATION_TIMES = {
  waitMs: 30_000,
  maxWaitMs: 300_000,
  lifeMs: 300_000,
  maxLifeMs: 86_400_000,
} as const;

/** What happens to reservations, besides what guests do. */
export type ReservationEvent =
  /** One was made; it takes the place of another for the same guest. */
  | { readonly kind: "reserved"; readonly reservation: Omit<Reservation, "isPreceded"> }
  /** These guests are to go down. */
  | { readonly kind: "asked"; readonly ceilings: readonly Ceiling[] }
  /** It is no more. */
  | { readonly kind: "ended"; readonly id: string; readonly because: ReservationEnd };

/** Why a reservation ended before its guest had taken it, with a sentence for people. */
export const RESERVATION_ENDS = {
  withdrawn: "It was withdrawn.",
  expired: "Its time is over.",
  late: "It was not free in time.",
} as const satisfies Record<string, string>;
export type ReservationEnd = keyof typeof RESERVATION_ENDS;

/** Take in what happened. Where nothing is reserved any more, nobody has to go down either. */
export function follow(before: Reservations, event: ReservationEvent, ledger: Ledger): Reservations {
  switch (event.kind) {
    case "reserved": {
      const { guest } = event.reservation;
      const isPreceded = guest !== null && accountOf(ledger, guest) !== null;
      return { ...before, held: [...besides(before, guest), { ...event.reservation, isPreceded }] };
    }
    case "asked":
      return before.held.length === 0 ? NOTHING_RESERVED : { ...before, ceilings: event.ceilings };
    case "ended":
      return withHeld(
        before,
        before.held.filter(({ id }) => id !== event.id),
      );
  }
}

/** All reservations but the one for this guest. */
export function besides({ held }: Reservations, guest: string | null): readonly Reservation[] {
  return guest === null ? held : held.filter((one) => one.guest !== guest);
}

/** A reservation ends when the guest that it is for is there and has taken it, or all that its machine has. */
export function withoutTaken(before: Reservations, ledger: Ledger): Reservations {
  if (before.held.length === 0) return before;
  const held = before.held.filter(({ guest, bytes, isPreceded }) => {
    const account = guest === null || isPreceded ? null : accountOf(ledger, guest);
    return account === null || account.currentBytes < Math.min(bytes, account.maximumBytes);
  });
  return held.length === before.held.length ? before : withHeld(before, held);
}

/** A guest has disappeared: the next one of its name is the one that was meant. */
export function withoutPredecessor(before: Reservations, guest: string): Reservations {
  if (!before.held.some((one) => one.guest === guest && one.isPreceded)) return before;
  return { ...before, held: before.held.map((one) => (one.guest === guest ? { ...one, isPreceded: false } : one)) };
}

/** What of it is still to be kept free, in bytes: all that its guest has not taken yet. */
export function keptBytes({ guest, bytes, isPreceded }: Reservation, ledger: Ledger): number {
  const account = guest === null || isPreceded ? null : accountOf(ledger, guest);
  return Math.max(0, bytes - (account?.currentBytes ?? 0));
}

/** What is kept from `guest`, in bytes: all that is reserved, but not for it. Null: from everybody. */
export function keptFrom({ held }: Reservations, ledger: Ledger, guest: string | null): number {
  let sumBytes = 0;
  for (const one of held) {
    const isOwn = guest !== null && one.guest === guest && !one.isPreceded;
    if (!isOwn) sumBytes += keptBytes(one, ledger);
  }
  return sumBytes;
}

/** The budget without what is kept from `guest`. */
export function budgetFor(
  budget: HostBudget,
  reservations: Reservations,
  ledger: Ledger,
  guest: string | null,
): HostBudget {
  const kept = keptFrom(reservations, ledger, guest);
  return kept === 0 ? budget : { ...budget, memoryBytes: budget.memoryBytes - kept };
}

function withHeld(before: Reservations, held: readonly Reservation[]): Reservations {
  return held.length === 0 ? NOTHING_RESERVED : { ...before, held };
}
