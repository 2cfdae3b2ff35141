import type { HostBudget } from "./budget.ts";
import { accountOf } from "./ledger.ts";
import type { Ceiling } from "./reservation.ts";
import { ceilingsNow, isMet, type Yield } from "./room.ts";
import type { HostState } from "./state.ts";

/** What is to be done now so that all that is reserved becomes free. */
export interface Pursuit {
  /** Nothing: it is. */
  readonly isFree: boolean;
  readonly ceilings: readonly Ceiling[];
  /** Whether these ceilings are others than the ones in force. */
  readonly isNew: boolean;
  /** Guests that have more than they may have until then: they take their step now. */
  readonly stepSoon: readonly string[];
}

/** Work out who goes down for what is reserved. `yields`: what each guest could give now. */
export function pursuit(host: HostState, budget: HostBudget, yields: readonly Yield[]): Pursuit {
  const { held, ceilings: before } = host.reservations;
  const last = held.at(-1);
  const isFree = last === undefined || isMet(host, last.id, budget);
  const ceilings = isFree ? [] : ceilingsNow(host, budget, yields);
  const above = ceilings.filter(({ guest, bytes }) => (accountOf(host.ledger, guest)?.currentBytes ?? 0) > bytes);
  return { isFree, ceilings, isNew: !areSame(before, ceilings), stepSoon: above.map(({ guest }) => guest) };
}

function areSame(some: readonly Ceiling[], others: readonly Ceiling[]): boolean {
  return (
    some.length === others.length &&
    some.every(({ guest, bytes }, nth) => others[nth]?.guest === guest && others[nth].bytes === bytes)
  );
}
