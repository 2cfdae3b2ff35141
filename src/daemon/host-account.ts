import type { Decision } from "../core/decision.ts";
import type { Claim } from "../core/host/entitlement.ts";
import { neededPages } from "../core/host/reclaim.ts";
import type { Observation } from "../core/observation.ts";
import type { Tunables } from "../core/tunables.ts";

/** What is known of a guest of a host, and the most that it could have; null if that is not known. */
export interface Account extends Claim {
  readonly maximumBytes: number | null;
  /** What the guest has besides, which its balloon does not count and nobody can take. */
  readonly unballoonedBytes: number;
}

/** The account of a guest that has taken no step yet: it wants what it has. */
export function openAccount(
  guest: string,
  { currentBytes, maximumBytes, unballoonedBytes }: Pick<Account, "currentBytes" | "maximumBytes" | "unballoonedBytes">,
  weight: number,
  leftAlone: boolean,
): Account {
  return {
    guest,
    currentBytes,
    maximumBytes,
    unballoonedBytes,
    floorBytes: 0,
    goalBytes: currentBytes,
    weight,
    activeShare: 1,
    leftAlone,
  };
}

/**
 * The guest's account after a step: `wanted` before the host's limits, `decision` after them. What a safety of the guard
 * asked for is needed, whatever the law's goal. Null if nobody knows what the guest has.
 */
export function accountAfter(
  wanted: Decision,
  decision: Decision,
  observation: Observation,
  tunables: Tunables,
  { weight, unballoonedBytes }: Pick<Account, "weight" | "unballoonedBytes">,
): Account | null {
  const { guest, pageBytes, balloonCurrentPages, balloonMaxPages, totalramPages, availablePages } = observation;
  if (balloonCurrentPages === null) return null;
  const targetPages = decision.balloonTargetPages ?? balloonCurrentPages;
  const offsetPages = balloonCurrentPages - (totalramPages ?? balloonCurrentPages);
  // A guest may say anything of itself, but not claim less than nothing or more than its machine has.
  const claimed = (pages: number): number =>
    Math.max(0, Math.min(pages, balloonMaxPages ?? Number.POSITIVE_INFINITY)) * pageBytes;
  const goalPages = Math.max((decision.goalPages ?? 0) + offsetPages, neededPages(wanted, observation, tunables));
  const isKnown = totalramPages !== null && availablePages !== null && totalramPages > 0;
  return {
    guest,
    currentBytes: Math.max(balloonCurrentPages, targetPages) * pageBytes,
    floorBytes: claimed((decision.floorPages ?? 0) + offsetPages),
    goalBytes: claimed(goalPages),
    weight,
    activeShare: isKnown ? 1 - availablePages / totalramPages : 1,
    leftAlone: decision.balloonTargetPages === null,
    maximumBytes: balloonMaxPages === null ? null : balloonMaxPages * pageBytes,
    unballoonedBytes,
  };
}
