import { share } from "../core/host/entitlement.ts";
import type { HostLedger } from "./host-ledger.ts";

/** Shares are computed anew after so long. */
const SHARES_KEPT_MS = 250;

/** After a guest was refused memory, the others go down to their shares for so long. */
const SHORT_MS = 10_000;

/** What each guest is entitled to while the host is short of memory. */
export class HostShares {
  private readonly ledger: HostLedger;
  private shares: ReadonlyMap<string, number> = new Map();
  private sharesAtMs = Number.NEGATIVE_INFINITY;
  private shortUntilMs = Number.NEGATIVE_INFINITY;
  /** The guest whose emergency could last not be answered in full, and for how long others give way to it. */
  private waiting = "";
  private waitingUntilMs = Number.NEGATIVE_INFINITY;

  constructor(ledger: HostLedger) {
    this.ledger = ledger;
  }

  /** What was computed holds no more. */
  forget(): void {
    this.sharesAtMs = Number.NEGATIVE_INFINITY;
  }

  /** A guest was refused memory; `isEmergency`: it must have it. */
  noteRefusal(guest: string, isEmergency: boolean, nowMs: number): void {
    this.shortUntilMs = nowMs + SHORT_MS;
    if (!isEmergency) return;
    this.waiting = guest;
    this.waitingUntilMs = this.shortUntilMs;
  }

  /** Whether another guest than this one is in an emergency that could not be answered. */
  isWaitedFor(guest: string, nowMs: number): boolean {
    return this.waiting !== guest && nowMs < this.waitingUntilMs;
  }

  /** The guest's share of `usableBytes`; infinite while there is enough for all. */
  shareBytes(guest: string, usableBytes: number, nowMs: number): number {
    const { chargedBytes, wantedBytes } = this.ledger;
    const isShort = Math.max(chargedBytes, wantedBytes) > usableBytes || nowMs < this.shortUntilMs;
    if (!isShort) return Number.POSITIVE_INFINITY;
    if (nowMs - this.sharesAtMs > SHARES_KEPT_MS) {
      this.shares = share(usableBytes, this.ledger.all());
      this.sharesAtMs = nowMs;
    }
    return this.shares.get(guest) ?? Number.POSITIVE_INFINITY;
  }
}
