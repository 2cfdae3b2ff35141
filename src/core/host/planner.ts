import type { GuestSize, Reading } from "../backend.ts";
import type { Bounds } from "../guest/bounds.ts";
import type { GiveCause } from "../guest/events.ts";
import { type GuestTerms, minBalloonPages } from "../limits.ts";
import type { Notice } from "../notices.ts";
import type { Observation } from "../observation.ts";
import type { Tunables } from "../tunables.ts";
import { BYTES_PER_MIB, mibFromBytes } from "../units.ts";
import { type Account, openAccount, sizeOf, stillPromised } from "./account.ts";
import { askedOf } from "./asked.ts";
import { reserveShare } from "./belief.ts";
import { grantedBytes, type HostBudget, usableBytes } from "./budget.ts";
import { dueToOthers } from "./due.ts";
import { followEffect } from "./effect.ts";
import { grant, heldPages, type Wants } from "./grant.ts";
import { accountOf, type Ledger, withAccount, withoutAccount } from "./ledger.ts";
import { floorLimitBytes } from "./overclaim.ts";
import { NO_NOTICES, only, type Planned } from "./planned.ts";
import type { Take } from "./pressure.ts";
import { budgetFor, follow, keptFrom, type ReservationEvent, withoutPredecessor, withoutTaken } from "./reservation.ts";
import { entitledTo } from "./shortage.ts";
import { type HostState, withLedger, withReservations } from "./state.ts";

/** What may happen to a host's guests. */
export type HostEvent =
  /** The guest's size was read, before anything was decided on it: it is fixed until it steps. */
  | { readonly kind: "sized"; readonly guest: string; readonly size: GuestSize }
  /** A guest wants what was decided on its reading; it decides once for each reading. */
  | ({ readonly kind: "wants" } & Wants)
  /** It can't be read or moved, as while its machine is paused or migrates: it keeps what it has until it steps again. */
  | { readonly kind: "unreadable"; readonly guest: string }
  /** It is to have all that it may have. */
  | { readonly kind: "gives_all"; readonly guest: string; readonly because: GiveCause }
  /** The operator paused it: whatever was decided, it keeps what was observed, and what it was promised before. */
  | { readonly kind: "held"; readonly observation: Observation; readonly promisedBytes: number }
  /** Its balloon took this target: no other is in force. */
  | { readonly kind: "told"; readonly guest: string; readonly balloonTargetBytes: number };

/**
 * The planner of a host: each guest is decided on by itself, and this sees to it that together they never get more than
 * the host has. A raise is granted from free memory only; where that is short, those who have more than they are entitled
 * to go down to it, as far as the guard lets them, and the others wait. Pure.
 */
export function plan(
  state: HostState,
  event: HostEvent,
  budget: HostBudget,
  terms: GuestTerms,
  nowMs: number,
): Planned {
  const planned = answer(state, event, budget, terms, nowMs);
  const { reservations, ledger } = planned.state;
  if (ledger === state.ledger) return planned;
  return { ...planned, state: withReservations(planned.state, withoutTaken(reservations, ledger)) };
}

function answer(state: HostState, event: HostEvent, budget: HostBudget, terms: GuestTerms, nowMs: number): Planned {
  switch (event.kind) {
    case "sized":
      return only(withLedger(state, open(state.ledger, event.guest, event.size, terms, true)));
    case "wants":
      return grant(state, event, budget, terms, nowMs);
    case "unreadable":
      return only(fix(state, event.guest));
    case "held":
      return only(hold(state, event.observation, event.promisedBytes));
    case "told":
      return only(tell(state, event.guest, event.balloonTargetBytes));
    case "gives_all":
      return giveAll(state, event.guest, event.because, budget, terms);
  }
}

/** A guest has disappeared, and its memory with it. */
export function removeGuest(state: HostState, guest: string): HostState {
  const left = withLedger(state, withoutAccount(state.ledger, guest));
  return withReservations(left, withoutPredecessor(left.reservations, guest));
}

/** Something happened to what is reserved: what was computed without it holds no more. */
export function reactToReservation(state: HostState, event: ReservationEvent): HostState {
  return changeRules(withReservations(state, follow(state.reservations, event, state.ledger)));
}

/** The host's rules are others from now on: what was computed by the old ones holds no more. `take` stays if it is not said. */
export function changeRules(state: HostState, take: Take = state.pressure.take): HostState {
  const pressure = take === state.pressure.take ? state.pressure : { ...state.pressure, take };
  return { ...state, pressure, shortage: { ...state.shortage, entitled: null } };
}

/**
 * A guest's bounds for the law: the operator's floor, no effect on the host, what the host asks for, the guest's share, and what
 * is reserved for others.
 */
export function boundsFor(
  state: HostState,
  reading: Reading,
  budget: HostBudget,
  terms: GuestTerms,
  tunables: Tunables,
  nowMs: number,
): { readonly state: HostState; readonly bounds: Bounds; readonly notices: readonly Notice[] } {
  const { observation, unballoonedBytes = 0 } = reading;
  const { guest, pageBytes } = observation;
  const { ledger, notices } = see(state.ledger, reading, terms);
  const { reservations } = state;
  const kept = keptFrom(reservations, ledger, null);
  const ownBytes = kept - keptFrom(reservations, ledger, guest);
  const { shortage, bytes } = entitledTo(state.shortage, ledger, guest, usableBytes(budget), nowMs, kept);
  const ceilingBytes = reservations.ceilings.find((ceiling) => ceiling.guest === guest)?.bytes;
  const entitledBytes = Math.min(bytes + ownBytes, ceilingBytes ?? Number.POSITIVE_INFINITY);
  const minPages = Math.max(minBalloonPages(terms, observation), heldPages(ledger, observation));
  const asked = askedOf(state.pressure, terms.priority, observation, tunables, nowMs);
  const pagesOf = (bytes: number): number => Math.floor((bytes - unballoonedBytes) / pageBytes);
  const maximumBytes = accountOf(ledger, guest)?.maximumBytes ?? Number.POSITIVE_INFINITY;
  const maxFloorPages = pagesOf(floorLimitBytes(maximumBytes, unballoonedBytes, terms, tunables));
  const { isQuiet } = terms;
  const bounds = { minPages, entitledPages: pagesOf(entitledBytes), maxFloorPages, asked, isQuiet };
  const { steppedSoonMs, pressure } = state;
  return { state: { ledger, shortage, reservations, steppedSoonMs, pressure }, bounds, notices };
}

/** Open the guest's account if it has none, and follow whether what it gives comes free. */
function see(
  before: Ledger,
  reading: Reading,
  terms: GuestTerms,
): { readonly ledger: Ledger; readonly notices: readonly Notice[] } {
  const { observation, rssBytes = null } = reading;
  const size = sizeOf(reading);
  if (size === null) return { ledger: before, notices: NO_NOTICES };
  const ledger = withSize(open(before, observation.guest, size, terms, !terms.isManaged), observation.guest, size);
  const account = accountOf(ledger, observation.guest);
  if (account === null || rssBytes === null) return { ledger, notices: NO_NOTICES };
  // What the balloon does not count is in the process, too.
  const effect = followEffect(account.effect, size, rssBytes - account.unballoonedBytes);
  if (effect === account.effect) return { ledger, notices: NO_NOTICES };
  const isNews = effect.isMissing && !account.effect.isMissing;
  const details = { gaveMib: mibFromBytes(size.maximumBytes - size.currentBytes), rssMib: mibFromBytes(rssBytes) };
  return {
    ledger: withAccount(ledger, { ...account, effect }),
    notices: isNews ? [{ code: "no_effect", details }] : NO_NOTICES,
  };
}

/** What its machine's balloon can leave it at the most may change, as when memory is plugged. */
function withSize(ledger: Ledger, guest: string, { maximumBytes, unballoonedBytes = 0 }: GuestSize): Ledger {
  const account = accountOf(ledger, guest);
  const machineBytes = maximumBytes + unballoonedBytes;
  if (account === null || account.maximumBytes === machineBytes) return ledger;
  return withAccount(ledger, { ...account, maximumBytes: machineBytes });
}

/** The charge is as it was until the guest is read again. */
function tell(state: HostState, guest: string, balloonTargetBytes: number): HostState {
  return changeAccount(state, guest, (account) => {
    const promisedBytes = balloonTargetBytes + account.unballoonedBytes;
    return account.promisedBytes === promisedBytes ? account : { ...account, promisedBytes };
  });
}

function open(ledger: Ledger, guest: string, size: GuestSize, terms: GuestTerms, isFixed: boolean): Ledger {
  if (accountOf(ledger, guest) !== null) return ledger;
  return withAccount(ledger, openAccount(guest, size, terms, isFixed));
}

/**
 * What a guest may have that is given everything, up to what its machine and the operator allow: what is free, the reserve
 * included, and for one that fell silent without what others are due. One that is let go gets back at least what it had when it was found; one that restarts takes all its memory by
 * itself, whatever the host has. Giving takes nothing: one that has more than the operator allows keeps that.
 */
function giveAll(state: HostState, guest: string, because: GiveCause, budget: HostBudget, terms: GuestTerms): Planned {
  const account = accountOf(state.ledger, guest);
  if (account === null) return giveUnknown(state, guest, terms);
  const { maxMb } = terms;
  const { currentBytes, maximumBytes, startBytes, unballoonedBytes } = account;
  const limitBytes = maxMb === null ? maximumBytes : maxMb * BYTES_PER_MIB + unballoonedBytes;
  const maxBytes = Math.min(maximumBytes, limitBytes);
  // Whoever falls silent gets no more of the reserve than it would by asking.
  const share = because === "silent" ? reserveShare(account.weight, state.ledger.weight) : 1;
  const left = budgetFor(budget, state.reservations, state.ledger, guest);
  // Nor what others are due, who may be idle now: it could not be asked to give that back.
  const othersBytes =
    because === "silent"
      ? dueToOthers(state.ledger, guest, usableBytes(left))
      : state.ledger.chargedBytes - currentBytes;
  const freeBytes = grantedBytes(left, currentBytes + othersBytes, currentBytes, share);
  const isRestarting = because === "restarting";
  const minBytes = because === "silent" ? 0 : startBytes;
  // Where ballooning has no effect, the charge is the process's size and says nothing of the balloon.
  const keptBytes = account.effect.isMissing ? 0 : Math.min(currentBytes, maximumBytes);
  const bytes = isRestarting ? maxBytes : Math.max(keptBytes, Math.min(maxBytes, Math.max(minBytes, freeBytes)));
  const chargedBytes = Math.max(currentBytes, isRestarting ? maximumBytes : bytes);
  const promisedBytes = Math.max(account.promisedBytes, bytes);
  const ledger = withAccount(state.ledger, { ...account, currentBytes: chargedBytes, promisedBytes });
  return {
    ...only(withLedger(state, ledger)),
    grant: {
      bytes: bytes - unballoonedBytes,
      ofBytes: Math.max(bytes, maxBytes) - unballoonedBytes,
      isAll: bytes >= maxBytes,
    },
  };
}

/** Nobody could say what the guest has: it is given what the operator allows, and charged for that. */
function giveUnknown(state: HostState, guest: string, terms: GuestTerms): Planned {
  const { maxMb } = terms;
  if (maxMb === null) return only(state);
  const bytes = maxMb * BYTES_PER_MIB;
  const account = openAccount(guest, { currentBytes: bytes, maximumBytes: bytes }, terms, true);
  const ledger = withAccount(state.ledger, { ...account, startBytes: 0 });
  return { ...only(withLedger(state, ledger)), grant: { bytes, ofBytes: bytes, isAll: true } };
}

function hold(
  state: HostState,
  { guest, balloonCurrentPages, pageBytes }: Observation,
  promisedBefore: number,
): HostState {
  if (balloonCurrentPages === null) return state;
  return changeAccount(state, guest, (account) => {
    const hasBytes = balloonCurrentPages * pageBytes + account.unballoonedBytes;
    const promisedBytes = stillPromised(promisedBefore, hasBytes);
    return { ...account, hasBytes, currentBytes: Math.max(hasBytes, promisedBytes), promisedBytes, isFixed: true };
  });
}

function fix(state: HostState, guest: string): HostState {
  return changeAccount(state, guest, (account) => (account.isFixed ? account : { ...account, isFixed: true }));
}

function changeAccount(state: HostState, guest: string, change: (account: Account) => Account): HostState {
  const account = accountOf(state.ledger, guest);
  if (account === null) return state;
  const changed = change(account);
  return changed === account ? state : withLedger(state, withAccount(state.ledger, changed));
}
