import type { Reading } from "../backend.ts";
import type { Decision } from "../decision.ts";
import { type GuestTerms, holdLimits, minBalloonPages, withClamp } from "../limits.ts";
import type { Notice } from "../notices.ts";
import type { Observation } from "../observation.ts";
import type { Tunables } from "../tunables.ts";
import { type Account, accountAfter } from "./account.ts";
import { maxHeldBytes, maxUsedBytes, reserveShare } from "./belief.ts";
import { grantedBytes, type HostBudget, usableBytes } from "./budget.ts";
import { accountOf, allAccounts, type Ledger, withAccount } from "./ledger.ts";
import { type DecidedOn, overclaimNotice, unbelievedClaim } from "./overclaim.ts";
import { NO_NOTICES, only, type Planned } from "./planned.ts";
import { atMostGranted, needOf, onlyGrowing, onlyNeeded, yieldDoubted, yieldSpare } from "./reclaim.ts";
import { budgetFor, keptFrom } from "./reservation.ts";
import { entitledTo, isWaitedFor, mayAskForLack, noteRefusal } from "./shortage.ts";
import { type HostState, mayStepSoon, withLedger } from "./state.ts";
import type { Urgency } from "./urgency.ts";

/** What a guest wants, and what that was decided on. */
export interface Wants {
  readonly wanted: Decision;
  readonly reading: Reading;
  readonly tunables: Tunables;
}

/** Give of what was wanted as much as there is; memory that nobody got is charged to nobody. */
export function grant(
  state: HostState,
  { wanted: decided, reading, tunables }: Wants,
  budget: HostBudget,
  terms: GuestTerms,
  nowMs: number,
): Planned {
  const { observation } = reading;
  const { guest } = observation;
  const account = accountOf(state.ledger, guest);
  if (account === null) return { ...only(state), decision: decided };
  const wanted = concede(state, holdLimits(decided, observation, terms), reading, tunables, budget, terms, nowMs);
  const left = budgetFor(budget, state.reservations, state.ledger, guest);
  const urgency = urgencyOf(wanted, reading, tunables, account.overclaim.isCertain);
  const maxPages = maxPagesFor(state.ledger, account, urgency, reading, left);
  const needed =
    urgency === "cache" ? onlyGrowing(wanted, observation, tunables) : onlyNeeded(wanted, observation, tunables);
  const granted = atMostGranted(wanted, needed, observation, maxPages);
  const decidedOn = { reading, heldBytes: heldBy(state, reading), tunables, terms };
  const after = accountAfter(account, wanted, granted, decidedOn);
  const settled = withLedger(state, withAccount(state.ledger, after));
  const isDoubted = after.overclaim.isCertain;
  const told = {
    decision: isDoubted ? withClamp(granted, "doubted") : granted,
    notices: isDoubted && !account.overclaim.isCertain ? doubts(account, decidedOn) : NO_NOTICES,
  };
  if (granted === wanted) return { ...only(settled), ...told };
  return { ...refuse(settled, guest, isDoubted ? "wish" : urgency, budget, nowMs), ...told };
}

/** Nobody gives way to a need that is not believed. */
function urgencyOf({ reason }: Decision, { observation }: Reading, tunables: Tunables, isDoubted: boolean): Urgency {
  if (reason !== "emergency" || isDoubted) return "wish";
  return needOf(observation, tunables);
}

function doubts({ maximumBytes }: Account, decidedOn: DecidedOn): readonly Notice[] {
  const claim = unbelievedClaim(maximumBytes, decidedOn);
  return claim === null ? NO_NOTICES : [overclaimNotice(claim)];
}

/** Where another guest or the host is in an emergency that could not be met, caution gives way to it. */
function concede(
  state: HostState,
  wanted: Decision,
  reading: Reading,
  tunables: Tunables,
  budget: HostBudget,
  terms: GuestTerms,
  nowMs: number,
): Decision {
  const { shortage, ledger, pressure, reservations } = state;
  const { observation, unballoonedBytes = 0 } = reading;
  const { guest, pageBytes } = observation;
  const isHostShort = pressure.isEmergency;
  if (!isWaitedFor(shortage, guest, nowMs)) return isHostShort ? onlyNeeded(wanted, observation, tunables) : wanted;
  const kept = keptFrom(reservations, ledger, null);
  const { bytes } = entitledTo(shortage, ledger, guest, usableBytes(budget), nowMs, kept);
  if (bytes === Number.POSITIVE_INFINITY) return wanted;
  const pagesOf = (ofBytes: number): number => Math.floor((ofBytes - unballoonedBytes) / pageBytes);
  const quietPages = terms.isQuiet ? (observation.balloonCurrentPages ?? 0) : 0;
  const ownPages = Math.max(minBalloonPages(terms, observation), pagesOf(bytes), heldPages(ledger, observation));
  const minPages = Math.max(ownPages, quietPages);
  const account = accountOf(ledger, guest);
  const heldBytes = heldBy(state, reading);
  if (account?.overclaim.isCertain === true && heldBytes !== null) {
    const usedPages = pagesOf(maxUsedBytes(account.maximumBytes, heldBytes));
    return yieldDoubted(wanted, observation, Math.max(minPages, usedPages));
  }
  const yielded = yieldSpare(wanted, observation, tunables, minPages, shortage.waitingFor);
  return yielded === wanted ? onlyNeeded(wanted, observation, tunables) : yielded;
}

function heldBy({ pressure }: HostState, { rssBytes = null }: Reading): number | null {
  return maxHeldBytes(rssBytes, pressure.swappedBytes);
}

/** Where ballooning has no effect on the host, nothing is gained by taking more: the guest keeps what it has. */
export function heldPages(ledger: Ledger, { guest, balloonCurrentPages }: Observation): number {
  const isMissing = accountOf(ledger, guest)?.effect.isMissing ?? false;
  return isMissing ? (balloonCurrentPages ?? 0) : 0;
}

/** The most that the guest may be raised to now, in pages on the balloon's side. */
function maxPagesFor(
  ledger: Ledger,
  account: Account,
  urgency: Urgency,
  { observation, unballoonedBytes = 0 }: Reading,
  budget: HostBudget,
): number {
  const { balloonCurrentPages, pageBytes } = observation;
  const ownBytes = (balloonCurrentPages ?? 0) * pageBytes + unballoonedBytes;
  const chargedBytes = ledger.chargedBytes - account.currentBytes + ownBytes;
  const share = urgency === "lack" ? reserveShare(account.weight, ledger.weight) : 0;
  const bytes = grantedBytes(budget, chargedBytes, ownBytes, share);
  return Math.floor((bytes - unballoonedBytes) / pageBytes);
}

/** A guest did not get all that it wanted: whoever has more than it is entitled to steps soon. */
function refuse(state: HostState, guest: string, urgency: Urgency, budget: HostBudget, nowMs: number): Planned {
  const noted = noteRefusal(state.shortage, guest, urgency, nowMs);
  // Who waits for its cache waits until the others step.
  const mayAsk = { lack: mayAskForLack(noted, nowMs), wish: mayStepSoon(state, nowMs), cache: false }[urgency];
  if (!mayAsk) return only({ ...state, shortage: noted });
  let shortage = urgency === "lack" ? { ...noted, askedForLackMs: nowMs } : noted;
  const kept = keptFrom(state.reservations, state.ledger, null);
  const donors = allAccounts(state.ledger).filter((account) => {
    if (account.guest === guest || account.isFixed) return false;
    const entitled = entitledTo(shortage, state.ledger, account.guest, usableBytes(budget), nowMs, kept);
    shortage = entitled.shortage;
    return account.currentBytes > entitled.bytes;
  });
  const steppedSoonMs = urgency === "lack" ? state.steppedSoonMs : nowMs;
  return { ...only({ ...state, shortage, steppedSoonMs }), stepSoon: donors.map((donor) => donor.guest) };
}
