import { PRIORITIES, type Priority } from "../limits.ts";

/** What one guest claims of its host's memory. In bytes, as its host counts: guests may have pages of other sizes. */
export interface Claim {
  readonly guest: string;
  /** What it has, or was promised. */
  readonly currentBytes: number;
  /** The least that it must have. */
  readonly floorBytes: number;
  /** What it wants. */
  readonly goalBytes: number;
  /** Its weight beside the others'; above 0. */
  readonly weight: number;
  /** Its class: a higher one is served first. */
  readonly priority: Priority;
  /** The part of what it has that is in use, 0 to 1; 1 if that is not known. */
  readonly activeShare: number;
  /** Paused, migrating, unread or not ours to move: it keeps what it has. */
  readonly isFixed: boolean;
}

/**
 * Idle memory costs a guest so many times what memory in use costs it: 1 / (1 - tax) at a tax of 75 % (Waldspurger,
 * "Memory resource management in VMware ESX Server", OSDI 2002, section 5).
 */
const IDLE_PRICE = 4;

const HIGHEST_FIRST: readonly Priority[] = [...PRIORITIES].reverse();

/**
 * What each guest is entitled to of `hostBytes`. Fixed guests keep what they have. Of the rest each other
 * guest first has its floor, and what remains goes to those of the highest priority first, but for what those of lower ones
 * use, which they can't give, and within one is shared by weight, with idle memory taxed, until each has its goal (water-filling). Nobody is entitled to more than its goal, or its
 * floor if that is more. Only where the floors alone exceed the host do the entitlements exceed it. The order of the claims does not matter.
 */
export function entitlements(hostBytes: number, claims: readonly Claim[]): ReadonlyMap<string, number> {
  const entitled = new Map<string, number>();
  let restBytes = hostBytes;
  const filling: Filling[] = [];
  for (const claim of claims) {
    const firstBytes = claim.isFixed ? claim.currentBytes : claim.floorBytes;
    entitled.set(claim.guest, firstBytes);
    restBytes -= firstBytes;
    const wantedBytes = claim.goalBytes - claim.floorBytes;
    if (!claim.isFixed && wantedBytes > 0) filling.push({ claim, wantedBytes, weight: taxedWeight(claim) });
  }
  let leftBytes = Math.max(0, restBytes);
  for (const [nth, priority] of HIGHEST_FIRST.entries()) {
    const ofPriority = filling.filter(({ claim }) => claim.priority === priority);
    const lower = filling.filter(({ claim }) => HIGHEST_FIRST.indexOf(claim.priority) > nth);
    const usedBytes = Math.min(
      leftBytes,
      lower.reduce((sum, { claim }) => sum + usedAboveFloor(claim), 0),
    );
    leftBytes = usedBytes + pour(leftBytes - usedBytes, ofPriority, entitled);
  }
  return entitled;
}

interface Filling {
  readonly claim: Claim;
  readonly wantedBytes: number;
  readonly weight: number;
}

/** Those who are full first are served first; then the level of all others is known. @returns what is left. */
function pour(bytes: number, filling: Filling[], entitled: Map<string, number>): number {
  // The names make sums of fractions come out the same in whatever order the guests came.
  filling.sort(
    (a, b) => a.wantedBytes / a.weight - b.wantedBytes / b.weight || (a.claim.guest < b.claim.guest ? -1 : 1),
  );
  let weightLeft = filling.reduce((sum, { weight }) => sum + weight, 0);
  let bytesLeft = bytes;
  for (const { claim, wantedBytes, weight } of filling) {
    const sharedBytes = Math.floor(bytesLeft * Math.min(1, weight / weightLeft));
    const givenBytes = Math.min(wantedBytes, sharedBytes);
    entitled.set(claim.guest, claim.floorBytes + givenBytes);
    bytesLeft -= givenBytes;
    weightLeft -= weight;
  }
  return bytesLeft;
}

/** What a guest uses beyond its floor, and wants: whole bytes, so that sums are the same in any order. */
function usedAboveFloor({ currentBytes, goalBytes, floorBytes, activeShare }: Claim): number {
  const usedBytes = Math.floor(currentBytes * Math.min(1, Math.max(0, activeShare)));
  return Math.max(0, Math.min(usedBytes, goalBytes) - floorBytes);
}

function taxedWeight({ weight, activeShare }: Claim): number {
  const active = Math.min(1, Math.max(0, activeShare));
  return weight / (active + (1 - active) * IDLE_PRICE);
}
