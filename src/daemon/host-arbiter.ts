import type { GuestSize, Reading } from "../core/backend.ts";
import type { Decision } from "../core/decision.ts";
import { step } from "../core/guest/step.ts";
import { grantBytes, type Purse } from "../core/host/entitlement.ts";
import { onlyNeeded, yieldSpare } from "../core/host/reclaim.ts";
import type { HostRules } from "../core/host/rules.ts";
import { atMost, type Bounds, boundObservation, holdLimits } from "../core/limits.ts";
import type { Observation } from "../core/observation.ts";
import type { Tunables } from "../core/tunables.ts";
import { pagesFromMib } from "../core/units.ts";
import { EffectWatch } from "./effect-watch.ts";
import { accountAfter, openAccount } from "./host-account.ts";
import { HostLedger } from "./host-ledger.ts";
import { HostShares } from "./host-shares.ts";
import type { Journal } from "./journal.ts";

/** At most so often those who have more than their share are asked to step before it is their turn. */
const HURRY_MS = 1000;

/** No balloon is told to leave less, as the backends would refuse that. */
const MIN_BALLOON_MIB = 64;

/** What the arbiter does with guests of which others could have something. */
export type Hurry = (guests: readonly string[]) => void;

/** What a guest may be given, and whether that is all that it was built for. */
interface Most {
  readonly bytes: number;
  readonly isAll: boolean;
}

/**
 * Several guests on one host: each steps by itself, and the arbiter sees to it that together they never get more than
 * the host has. A raise is granted from free memory only; where that is short, those who have more than their share go
 * down to it, as far as the guard lets them, and the others wait.
 */
export class HostArbiter {
  private rules: HostRules;
  private readonly journal: Journal;
  private readonly hurry: Hurry;
  private readonly ledger = new HostLedger();
  private readonly effects = new EffectWatch();
  private readonly shares = new HostShares(this.ledger);
  private hurriedAtMs = Number.NEGATIVE_INFINITY;

  constructor(rules: HostRules, journal: Journal, hurry: Hurry) {
    this.rules = rules;
    this.journal = journal;
    this.hurry = hurry;
  }

  /** Take over rules that were read anew. */
  configure(rules: HostRules): void {
    this.rules = rules;
    this.shares.forget();
  }

  /** What was read of a guest, within the operator's limits. */
  bound(reading: Reading): Reading {
    const { observation } = reading;
    const notice = this.effects.look(reading);
    if (notice !== null) this.journal.add({ kind: "notice", guest: observation.guest, notice });
    this.open(reading);
    return { ...reading, observation: boundObservation(observation, this.rules.limits(observation.guest)) };
  }

  /** As the core's `step`, with the guest's limits, its share, and what the host has free. */
  readonly step: typeof step = (state, observation, tunables, nowMs, without) => {
    const { guest, pageBytes } = observation;
    const rules = this.rules.limits(guest);
    // What the balloon does not count may be all that the guest needs, and its balloon leaves it something all the same.
    const limits = { ...rules, minMb: Math.max(rules.minMb, MIN_BALLOON_MIB) };
    // Where ballooning has no effect, nothing more is taken.
    const hasPages = this.effects.isMissing(guest) ? (observation.balloonCurrentPages ?? 0) : 0;
    const mostPages = observation.balloonMaxPages ?? Number.POSITIVE_INFINITY;
    const leastPages = Math.min(mostPages, Math.max(pagesFromMib(limits.minMb, pageBytes), hasPages));
    const bounds = { leastPages, sharePages: Math.floor(this.shareBytes(guest, nowMs) / pageBytes) };
    const stepped = step(state, observation, tunables, nowMs, without, bounds);
    const limited = holdLimits(this.named(stepped.decision), observation, limits);
    const wanted = this.spare(limited, observation, tunables, nowMs, bounds);
    const decision = this.grant(wanted, observation, tunables, nowMs);
    this.charge(wanted, decision, observation, tunables);
    return { state: stepped.state, decision };
  };

  /**
   * The most that a guest which nobody can read may be given; null if nothing is known of it. A guest that restarts
   * has all its memory by itself, whatever the host has.
   */
  most(guest: string, restarts: boolean): Most | null {
    const account = this.ledger.get(guest);
    if (account === null || account.maximumBytes === null) return null;
    const grantedBytes = restarts ? account.maximumBytes : grantBytes(this.purse(), account.currentBytes, true);
    const bytes = Math.min(account.maximumBytes, grantedBytes);
    this.ledger.set(guest, { ...account, currentBytes: Math.max(account.currentBytes, bytes) });
    return { bytes, isAll: bytes === account.maximumBytes };
  }

  /** The guest can't be read now, as while its machine is paused or migrates: it keeps what it has until it steps again. */
  leaveAlone(guest: string): void {
    const account = this.ledger.get(guest);
    if (account !== null && !account.leftAlone) this.ledger.set(guest, { ...account, leftAlone: true });
  }

  /** The operator paused the guest: whatever was decided, it keeps what was observed. */
  keepStill({ guest, balloonCurrentPages, pageBytes }: Observation): void {
    const account = this.ledger.get(guest);
    if (account === null || balloonCurrentPages === null) return;
    this.ledger.set(guest, { ...account, currentBytes: balloonCurrentPages * pageBytes, leftAlone: true });
  }

  /** Whether the guest's memory is accounted for. */
  knows(guest: string): boolean {
    return this.ledger.get(guest) !== null;
  }

  /** The guest was never read, but has memory all the same. */
  openUnread(guest: string, size: GuestSize): void {
    const { unballoonedBytes = 0 } = size;
    this.ledger.set(guest, openAccount(guest, { ...size, unballoonedBytes }, this.rules.limits(guest).weight, true));
  }

  /** The guest is gone, and its memory with it. */
  forget(guest: string): void {
    this.effects.forget(guest);
    this.ledger.set(guest, null);
  }

  private open({ observation, unballoonedBytes = 0 }: Reading): void {
    const { guest, pageBytes, balloonCurrentPages, balloonMaxPages } = observation;
    const account = this.ledger.get(guest);
    if (account !== null) this.ledger.set(guest, { ...account, unballoonedBytes });
    if (account !== null || balloonCurrentPages === null) return;
    const currentBytes = balloonCurrentPages * pageBytes;
    const maximumBytes = balloonMaxPages === null ? null : balloonMaxPages * pageBytes;
    const { weight } = this.rules.limits(guest);
    const size = { currentBytes, maximumBytes, unballoonedBytes };
    this.ledger.set(guest, openAccount(guest, size, weight, !this.rules.isNamed(guest)));
  }

  private named(decision: Decision): Decision {
    return decision.reason === "off" && !this.rules.isNamed(decision.guest)
      ? { ...decision, reason: "unnamed" }
      : decision;
  }

  /** Where another guest is in an emergency that could not be answered, caution gives way to it. */
  private spare(
    decision: Decision,
    observation: Observation,
    tunables: Tunables,
    nowMs: number,
    { leastPages, sharePages }: Bounds,
  ): Decision {
    const isWaitedFor = this.shares.isWaitedFor(observation.guest, nowMs);
    if (!isWaitedFor || sharePages === Number.POSITIVE_INFINITY) return decision;
    const yielded = yieldSpare(decision, observation, tunables, Math.max(leastPages, sharePages));
    return yielded === decision ? onlyNeeded(decision, observation, tunables) : yielded;
  }

  /** Give of what was wanted as much as there is. */
  private grant(wanted: Decision, observation: Observation, tunables: Tunables, nowMs: number): Decision {
    const { guest, pageBytes, balloonCurrentPages } = observation;
    if (wanted.balloonTargetPages === null || balloonCurrentPages === null) return wanted;
    const charged = this.ledger.get(guest)?.currentBytes ?? 0;
    const ownBytes = balloonCurrentPages * pageBytes;
    const purse = { ...this.purse(), chargedBytes: this.ledger.chargedBytes - charged + ownBytes };
    const mostPages = Math.floor(grantBytes(purse, ownBytes, wanted.reason === "emergency") / pageBytes);
    if (wanted.balloonTargetPages <= mostPages) return wanted;
    this.shares.noteRefusal(guest, wanted.reason === "emergency", nowMs);
    this.hurryDonors(guest, nowMs);
    const granted = onlyNeeded(atMost(wanted, mostPages, "host"), observation, tunables);
    return mostPages > balloonCurrentPages ? granted : { ...granted, reason: "host_full" };
  }

  private charge(wanted: Decision, decision: Decision, observation: Observation, tunables: Tunables): void {
    const { guest } = observation;
    const { weight } = this.rules.limits(guest);
    const { unballoonedBytes = 0 } = this.ledger.get(guest) ?? {};
    const account = accountAfter(wanted, decision, observation, tunables, { weight, unballoonedBytes });
    if (account !== null) this.ledger.set(guest, account);
  }

  private shareBytes(guest: string, nowMs: number): number {
    const { hostBytes, reserveBytes } = this.purse();
    return this.shares.shareBytes(guest, hostBytes - reserveBytes, nowMs);
  }

  /** A guest waits for memory: whoever has more than its share steps now, not when its interval is over. */
  private hurryDonors(waiting: string, nowMs: number): void {
    if (nowMs - this.hurriedAtMs < HURRY_MS) return;
    this.hurriedAtMs = nowMs;
    const donors = this.ledger
      .all()
      .filter(
        ({ guest, leftAlone, currentBytes }) =>
          guest !== waiting && !leftAlone && currentBytes > this.shareBytes(guest, nowMs),
      );
    this.hurry(donors.map(({ guest }) => guest));
  }

  private purse(): Purse {
    const { memoryBytes, reserveBytes } = this.rules;
    const hostBytes = Math.max(0, memoryBytes - this.ledger.unballoonedBytes);
    return { hostBytes, reserveBytes, chargedBytes: this.ledger.chargedBytes };
  }
}
