import type { ReservationWish } from "../control.ts";
import { type SelfballoonError, selfballoonError } from "../errors.ts";
import { mibFromBytes } from "../units.ts";
import { MAX_RESERVATIONS } from "./reservation.ts";
import { roomFor, type Yield } from "./room.ts";
import type { HostRules } from "./rules.ts";
import { exceedsOvercommit, standingOf } from "./standing.ts";
import type { HostState } from "./state.ts";

/**
 * Why memory cannot be reserved as wished, now: ERR_RESERVATION_EXISTS, ERR_TOO_MANY, ERR_OVERCOMMIT or
 * ERR_RESERVATION_UNMET, which says who keeps what and why. Null: it can.
 */
export function refusalOf(
  host: HostState,
  rules: HostRules,
  wish: ReservationWish,
  yields: readonly Yield[],
): SelfballoonError | null {
  const { guest, isFirst = false } = wish;
  const other = host.reservations.held.find(
    (one) => one.id === wish.id || (isFirst && guest !== null && one.guest === guest),
  );
  if (other !== undefined) return selfballoonError("ERR_RESERVATION_EXISTS", { id: other.id });
  if (host.reservations.held.length >= MAX_RESERVATIONS) {
    return selfballoonError("ERR_TOO_MANY", { limit: MAX_RESERVATIONS, what: "reservations" });
  }
  const mib = mibFromBytes(wish.bytes);
  if (exceedsOvercommit(standingOf(host, rules), wish.bytes)) {
    return selfballoonError("ERR_OVERCOMMIT", { mib, limit: rules.overcommit ?? 0 });
  }
  const { ceilings, freeBytes, couldBytes } = roomFor(host, rules.budget, wish, yields);
  if (ceilings !== null) return null;
  const [freeMib, couldMib] = [mibFromBytes(freeBytes), mibFromBytes(couldBytes)];
  return selfballoonError("ERR_RESERVATION_UNMET", { mib, freeMib, couldMib, refusals: refusalsOf(yields) });
}

/** Whether a refusal may be none in a moment, because guests that were only just found are still to be read. */
export function mayPass(refusal: SelfballoonError, yields: readonly Yield[]): boolean {
  return refusal.code === "ERR_RESERVATION_UNMET" && yields.some(({ isAwaited }) => isAwaited);
}

/**
 * ERR_RESERVATION_LATE: what was wished for was not free in time, and is not reserved any more.
 * @param yields what each guest could give before that ended.
 */
export function lateness(
  host: HostState,
  rules: HostRules,
  wish: ReservationWish,
  yields: readonly Yield[],
): SelfballoonError {
  const freeMib = mibFromBytes(roomFor(host, rules.budget, wish, []).freeBytes);
  const waitS = wish.waitMs / 1000;
  const refusals = refusalsOf(yields);
  return selfballoonError("ERR_RESERVATION_LATE", { mib: mibFromBytes(wish.bytes), waitS, freeMib, refusals });
}

/** Guests that keep something, and why. */
function refusalsOf(yields: readonly Yield[]): readonly string[] {
  return yields.map(({ guest, currentBytes, minBytes, because }) => {
    return `${guest} gives ${mibFromBytes(currentBytes - minBytes)} of ${mibFromBytes(currentBytes)} MiB: ${because}`;
  });
}
