import type { Reading } from "../core/backend.ts";
import type { Decision } from "../core/decision.ts";
import type { HostRules } from "../core/host-rules.ts";
import { atMost, type Bounds, boundObservation, holdLimits } from "../core/limits.ts";
import type { Observation } from "../core/observation.ts";
import { neededPages, onlyNeeded, yieldSpare } from "../core/scarcity.ts";
import { grantBytes, type Purse, share } from "../core/share.ts";
import { step } from "../core/step.ts";
import type { Tunables } from "../core/tunables.ts";
import { pagesFromMib } from "../core/units.ts";
import { EffectWatch } from "./effect-watch.ts";
import { HostLedger } from "./host-ledger.ts";
import type { Journal } from "./journal.ts";

/** Shares are computed anew after so long. */
const SHARES_KEPT_MS = 250;

/** After a guest was refused memory, the others go down to their shares for so long. */
const SHORT_MS = 10_000;

/** At most so often those who have more than their share are asked to step before it is their turn. */
const HURRY_MS = 1000;

/** What the arbiter does with guests of which others could have something. */
export type Hurry = (guests: readonly string[]) => void;

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
  private shares: ReadonlyMap<string, number> = new Map();
  private sharesAtMs = Number.NEGATIVE_INFINITY;
  private shortUntilMs = Number.NEGATIVE_INFINITY;
  /** The guest whose emergency could last not be answered in full, and for how long others give way to it. */
  private waiting = "";
  private waitingUntilMs = Number.NEGATIVE_INFINITY;
  private hurriedAtMs = Number.NEGATIVE_INFINITY;

  constructor(rules: HostRules, journal: Journal, hurry: Hurry) {
    this.rules = rules;
    this.journal = journal;
    this.hurry = hurry;
  }

  /** Take over rules that were read anew. */
  configure(rules: HostRules): void {
    this.rules = rules;
    this.sharesAtMs = Number.NEGATIVE_INFINITY;
  }

  /** What was read of a guest, within the operator's limits. */
  bound(reading: Reading): Reading {
    const { observation } = reading;
    const notice = this.effects.look(reading);
    if (notice !== null) this.journal.add({ kind: "notice", guest: observation.guest, notice });
    this.open(observation);
    return { ...reading, observation: boundObservation(observation, this.rules.limits(observation.guest)) };
  }

  /** As the core's `step`, with the guest's limits, its share, and what the host has free. */
  readonly step: typeof step = (state, observation, tunables, nowMs, without) => {
    const { guest, pageBytes } = observation;
    const limits = this.rules.limits(guest);
    // Where ballooning has no effect, nothing more is taken.
    const hasPages = this.effects.isMissing(guest) ? (observation.balloonCurrentPages ?? 0) : 0;
    const leastPages = Math.max(pagesFromMib(limits.minMb, pageBytes), hasPages);
    const bounds = { leastPages, sharePages: Math.floor(this.shareBytes(guest, nowMs) / pageBytes) };
    const stepped = step(state, observation, tunables, nowMs, without, bounds);
    const limited = holdLimits(this.named(stepped.decision), observation, limits);
    const wanted = this.spare(limited, observation, tunables, nowMs, bounds);
    const decision = this.grant(wanted, observation, tunables, nowMs);
    this.charge(wanted, decision, observation, tunables);
    return { state: stepped.state, decision };
  };

  /**
   * The most that a guest which nobody can read may be given, in bytes; null if it was never read. A guest that restarts
   * has all its memory by itself, whatever the host has.
   */
  mostBytes(guest: string, restarts: boolean): number | null {
    const account = this.ledger.get(guest);
    if (account === null || account.maximumBytes === null) return null;
    const grantedBytes = restarts ? account.maximumBytes : grantBytes(this.purse(), account.currentBytes, true);
    const mostBytes = Math.min(account.maximumBytes, grantedBytes);
    this.ledger.set(guest, { ...account, currentBytes: Math.max(account.currentBytes, mostBytes) });
    return mostBytes;
  }

  /** The guest can't be read or moved now, as while it is paused or migrates: it keeps what it has until it steps again. */
  leaveAlone(guest: string): void {
    const account = this.ledger.get(guest);
    if (account !== null && !account.leftAlone) this.ledger.set(guest, { ...account, leftAlone: true });
  }

  /** The guest is gone, and its memory with it. */
  forget(guest: string): void {
    this.effects.forget(guest);
    this.ledger.set(guest, null);
  }

  /** A guest that has taken no step yet wants what it has. */
  private open({ guest, pageBytes, balloonCurrentPages, balloonMaxPages }: Observation): void {
    if (this.ledger.get(guest) !== null || balloonCurrentPages === null) return;
    const currentBytes = balloonCurrentPages * pageBytes;
    this.ledger.set(guest, {
      guest,
      currentBytes,
      floorBytes: 0,
      goalBytes: currentBytes,
      weight: this.rules.limits(guest).weight,
      activeShare: 1,
      leftAlone: !this.rules.isNamed(guest),
      maximumBytes: balloonMaxPages === null ? null : balloonMaxPages * pageBytes,
    });
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
    const isWaitedFor = this.waiting !== observation.guest && nowMs < this.waitingUntilMs;
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
    this.shortUntilMs = nowMs + SHORT_MS;
    if (wanted.reason === "emergency") {
      this.waiting = guest;
      this.waitingUntilMs = this.shortUntilMs;
    }
    this.hurryDonors(guest, nowMs);
    const granted = onlyNeeded(atMost(wanted, mostPages, "host"), observation, tunables);
    return mostPages > balloonCurrentPages ? granted : { ...granted, reason: "host_full" };
  }

  private charge(wanted: Decision, decision: Decision, observation: Observation, tunables: Tunables): void {
    const { guest, pageBytes, balloonCurrentPages, balloonMaxPages, totalramPages, availablePages } = observation;
    if (balloonCurrentPages === null) return;
    const targetPages = decision.balloonTargetPages ?? balloonCurrentPages;
    const offsetPages = balloonCurrentPages - (totalramPages ?? balloonCurrentPages);
    // A guest may say anything of itself, but not claim less than nothing or more than its machine has.
    const claimed = (pages: number): number =>
      Math.max(0, Math.min(pages, balloonMaxPages ?? Number.POSITIVE_INFINITY)) * pageBytes;
    // What a safety of the guard asked for is needed, whatever the law's goal.
    const goalPages = Math.max((decision.goalPages ?? 0) + offsetPages, neededPages(wanted, observation, tunables));
    const isKnown = totalramPages !== null && availablePages !== null && totalramPages > 0;
    this.ledger.set(guest, {
      guest,
      currentBytes: Math.max(balloonCurrentPages, targetPages) * pageBytes,
      floorBytes: claimed((decision.floorPages ?? 0) + offsetPages),
      goalBytes: claimed(goalPages),
      weight: this.rules.limits(guest).weight,
      activeShare: isKnown ? 1 - availablePages / totalramPages : 1,
      leftAlone: decision.balloonTargetPages === null,
      maximumBytes: balloonMaxPages === null ? null : balloonMaxPages * pageBytes,
    });
  }

  /** What the guest is entitled to while the host is short; infinite while there is enough for all. */
  private shareBytes(guest: string, nowMs: number): number {
    const { hostBytes, reserveBytes } = this.purse();
    const usableBytes = hostBytes - reserveBytes;
    const isShort =
      Math.max(this.ledger.chargedBytes, this.ledger.wantedBytes) > usableBytes || nowMs < this.shortUntilMs;
    if (!isShort) return Number.POSITIVE_INFINITY;
    if (nowMs - this.sharesAtMs > SHARES_KEPT_MS) {
      this.shares = share(usableBytes, this.ledger.all());
      this.sharesAtMs = nowMs;
    }
    return this.shares.get(guest) ?? Number.POSITIVE_INFINITY;
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
    const { memoryBytes: hostBytes, reserveBytes } = this.rules;
    return { hostBytes, reserveBytes, chargedBytes: this.ledger.chargedBytes };
  }
}
