import type { GuestSize, Reading } from "../backend.ts";
import type { Decision } from "../decision.ts";
import type { GuestTerms } from "../limits.ts";
import { believedGoalBytes } from "./belief.ts";
import { type Effect, INITIAL_EFFECT } from "./effect.ts";
import type { Claim } from "./entitlement.ts";
import {
  type DecidedOn,
  floorLimitBytes,
  followOverclaim,
  NO_OVERCLAIM,
  type Overclaim,
  unbelievedClaim,
} from "./overclaim.ts";
import { neededPages } from "./reclaim.ts";

/** What a host knows of one guest. Sizes in bytes, as the host counts: all that the guest has, not its balloon's part alone. */
export interface Account extends Claim {
  /** What it has, as it was last read. */
  readonly hasBytes: number;
  /** The most that it could have. */
  readonly maximumBytes: number;
  /** What it had when it was found. */
  readonly startBytes: number;
  /** The part of all these that its balloon does not count. */
  readonly unballoonedBytes: number;
  /** What it was promised and has not reached yet: its balloon may be on its way there, whatever is decided now. 0: nothing. */
  readonly promisedBytes: number;
  /** What of it lies in its host's memory: what its process holds, where that is known and less than what it has. */
  readonly residentBytes: number;
  /** Whether what it gives to its balloon comes free. */
  readonly effect: Effect;
  /** Whether it claims more than can be true. */
  readonly overclaim: Overclaim;
}

/** The account of a guest on which nothing was decided yet: it wants what it has. */
export function openAccount(
  guest: string,
  size: GuestSize,
  { weight, priority }: Pick<GuestTerms, "weight" | "priority">,
  isFixed: boolean,
): Account {
  const { unballoonedBytes = 0 } = size;
  const currentBytes = size.currentBytes + unballoonedBytes;
  return {
    guest,
    currentBytes,
    hasBytes: currentBytes,
    maximumBytes: size.maximumBytes + unballoonedBytes,
    startBytes: currentBytes,
    unballoonedBytes,
    promisedBytes: 0,
    residentBytes: currentBytes,
    floorBytes: 0,
    goalBytes: currentBytes,
    weight,
    priority,
    activeShare: 1,
    isFixed,
    effect: INITIAL_EFFECT,
    overclaim: NO_OVERCLAIM,
  };
}

/** The size that a reading reports; null if nobody knows what the guest has. */
export function sizeOf({ observation, unballoonedBytes = 0 }: Reading): GuestSize | null {
  const { balloonCurrentPages, balloonMaxPages, pageBytes } = observation;
  if (balloonCurrentPages === null) return null;
  return {
    currentBytes: balloonCurrentPages * pageBytes,
    maximumBytes: Math.max(balloonCurrentPages, balloonMaxPages ?? 0) * pageBytes,
    unballoonedBytes,
  };
}

/**
 * The guest's account after a decision: `wanted` before the host's limits, `granted` after them. What a safety of the
 * guard asked for is needed, whatever the law's goal. Unchanged if nobody knows what the guest has.
 */
export function accountAfter(before: Account, wanted: Decision, granted: Decision, decidedOn: DecidedOn): Account {
  const { reading, heldBytes, tunables, terms } = decidedOn;
  const { observation, rssBytes = null, unballoonedBytes = 0 } = reading;
  const { guest, pageBytes, balloonCurrentPages, balloonMaxPages, totalramPages, availablePages } = observation;
  if (balloonCurrentPages === null) return before;
  const targetBytes = (granted.balloonTargetPages ?? 0) * pageBytes + unballoonedBytes;
  const hasBytes = balloonCurrentPages * pageBytes + unballoonedBytes;
  const promisedBytes = stillPromised(Math.max(before.promisedBytes, targetBytes), hasBytes);
  const offsetPages = balloonCurrentPages - (totalramPages ?? balloonCurrentPages);
  // A guest may say anything of itself, but not claim less than nothing or more than its machine has.
  const claimed = (pages: number): number =>
    Math.max(0, Math.min(pages, balloonMaxPages ?? Number.POSITIVE_INFINITY)) * pageBytes + unballoonedBytes;
  const goalPages = Math.max((granted.goalPages ?? 0) + offsetPages, neededPages(wanted, observation, tunables));
  const { maximumBytes } = before;
  const floorBytes = claimed((granted.floorPages ?? 0) + offsetPages);
  const isKnown = totalramPages !== null && availablePages !== null && totalramPages > 0;
  return {
    guest,
    // Where ballooning has no effect, the process holds what the balloon has taken.
    currentBytes: Math.max(hasBytes, promisedBytes, before.effect.isMissing ? (rssBytes ?? 0) : 0),
    hasBytes,
    maximumBytes,
    startBytes: before.startBytes,
    unballoonedBytes,
    promisedBytes,
    residentBytes: Math.min(hasBytes, rssBytes ?? hasBytes),
    floorBytes: Math.min(floorBytes, floorLimitBytes(maximumBytes, unballoonedBytes, terms, tunables)),
    goalBytes: believedGoalBytes(claimed(goalPages), maximumBytes, heldBytes),
    weight: terms.weight,
    priority: terms.priority,
    activeShare: isKnown ? 1 - availablePages / totalramPages : 1,
    isFixed: granted.balloonTargetPages === null || terms.isQuiet,
    effect: before.effect,
    overclaim: followOverclaim(before.overclaim, unbelievedClaim(maximumBytes, decidedOn)),
  };
}

/** What is left of a promise to a guest that has `hasBytes`: nothing once that is reached. */
export function stillPromised(promisedBytes: number, hasBytes: number): number {
  return promisedBytes > hasBytes ? promisedBytes : 0;
}
