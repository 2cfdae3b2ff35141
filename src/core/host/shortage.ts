import { entitlements } from "./entitlement.ts";
import { allAccounts, type Ledger } from "./ledger.ts";
import type { Need, Urgency } from "./urgency.ts";

/** Entitlements are computed again after so long. */
const ENTITLED_KEPT_MS = 250;

/** After a guest was refused memory, the others go down to what they are entitled to for so long. */
const SHORT_MS = 10_000;

/** Others are asked so often for a guest that lacks memory: it may be killed within a second. */
const LACK_ASKED_MS = 200;

/** Whether a host is short of memory, and what its guests are entitled to while it is. Times in ms; 0: none. */
export interface Shortage {
  readonly shortUntilMs: number;
  /** The guest whose emergency could last not be answered in full, and until when others give way to it. */
  readonly waiting: string | null;
  readonly waitingUntilMs: number;
  /** What it waits for. */
  readonly waitingFor: Need;
  /** When others were last asked to step at once for a guest that lacks memory. */
  readonly askedForLackMs: number;
  /** Entitlements by guest, in bytes, and when they were computed; null: they hold no more. */
  readonly entitled: { readonly atMs: number; readonly bytes: ReadonlyMap<string, number> } | null;
}

/** There is enough. */
export const NO_SHORTAGE: Shortage = Object.freeze({
  shortUntilMs: 0,
  waiting: null,
  waitingUntilMs: 0,
  waitingFor: "cache",
  askedForLackMs: 0,
  entitled: null,
});

/** A guest was refused memory. One that lacks it is waited for before one that waits for its cache. */
export function noteRefusal(before: Shortage, guest: string, urgency: Urgency, nowMs: number): Shortage {
  const shortUntilMs = nowMs + SHORT_MS;
  const isFirst = urgency === "lack" || before.waitingFor === "cache" || nowMs >= before.waitingUntilMs;
  if (urgency === "wish" || !isFirst) return { ...before, shortUntilMs };
  return { ...before, shortUntilMs, waiting: guest, waitingUntilMs: shortUntilMs, waitingFor: urgency };
}

/** Whether others may be asked again to step at once for a guest that lacks memory. */
export function mayAskForLack({ askedForLackMs }: Shortage, nowMs: number): boolean {
  return askedForLackMs === 0 || nowMs - askedForLackMs >= LACK_ASKED_MS;
}

/** Whether another guest than this one is in an emergency that could not be met. */
export function isWaitedFor({ waiting, waitingUntilMs }: Shortage, guest: string, nowMs: number): boolean {
  return waiting !== null && waiting !== guest && nowMs < waitingUntilMs;
}

/**
 * What the guest is entitled to of `usableBytes` less the `keptBytes` that are reserved, in bytes; infinite while there is
 * enough for all. What is reserved makes no host short whose guests only have it: who goes down for it is said elsewhere.
 */
export function entitledTo(
  before: Shortage,
  ledger: Ledger,
  guest: string,
  usableBytes: number,
  nowMs: number,
  keptBytes = 0,
): { readonly shortage: Shortage; readonly bytes: number } {
  const { chargedBytes, wantedBytes } = ledger;
  const leftBytes = usableBytes - keptBytes;
  const isShort = chargedBytes > usableBytes || wantedBytes > leftBytes || nowMs < before.shortUntilMs;
  if (!isShort) return { shortage: before, bytes: Number.POSITIVE_INFINITY };
  const { entitled } = before;
  const kept = entitled !== null && nowMs - entitled.atMs <= ENTITLED_KEPT_MS ? entitled : null;
  const now = kept ?? { atMs: nowMs, bytes: entitlements(leftBytes, allAccounts(ledger)) };
  const shortage = kept === null ? { ...before, entitled: now } : before;
  return { shortage, bytes: now.bytes.get(guest) ?? Number.POSITIVE_INFINITY };
}
