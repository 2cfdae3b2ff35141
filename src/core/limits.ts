import type { Decision } from "./decision.ts";
import { SAFETIES } from "./guard/safeties.ts";
import type { Observation } from "./observation.ts";
import type { Clamp } from "./reasons.ts";
import { pagesFromMib } from "./units.ts";

/** Whose memory goes to others first where there is not enough for all: the later in this list, the longer it keeps its own. */
export const PRIORITIES = ["best_effort", "normal", "protected"] as const;
export type Priority = (typeof PRIORITIES)[number];

/** The operator's limits of one guest. They hold whatever the guest says, so they bound what its host counts. */
export interface GuestLimits {
  /** The least that the balloon may leave the guest, in MiB; 0 for no other floor than the law's. */
  readonly minMb: number;
  /** The most that the balloon may give the guest, in MiB; null for all that the machine has. */
  readonly maxMb: number | null;
  /** Its weight where several guests share a host; above 0. */
  readonly weight: number;
  /** Its class where several guests share a host: one of a lower class gives first. */
  readonly priority: Priority;
  /** Whether these are its quiet hours: what it has is not taken from it, and what it runs short of it still gets. */
  readonly isQuiet: boolean;
}

/** What the operator says of one guest of a host. */
export interface GuestTerms extends GuestLimits {
  /** Whether its balloon is ours to move; the others are only shown. */
  readonly isManaged: boolean;
}

/** A guest of which the operator said nothing. */
export const NO_LIMITS: GuestLimits = Object.freeze({
  minMb: 0,
  maxMb: null,
  weight: 1,
  priority: "normal",
  isQuiet: false,
});

/** The operator's maximum is from now on the most that the balloon may be asked for. */
export function boundObservation(observation: Observation, { maxMb }: GuestLimits): Observation {
  if (maxMb === null) return observation;
  const maxPages = pagesFromMib(maxMb, observation.pageBytes);
  const { balloonMaxPages } = observation;
  return { ...observation, balloonMaxPages: Math.min(maxPages, balloonMaxPages ?? maxPages) };
}

/**
 * No balloon on a host is told to leave less, in MiB: hypervisors refuse it. What a balloon does not count, such as
 * virtio-mem, may be all that a guest needs, and its balloon leaves it something all the same.
 */
const MIN_BALLOON_MIB = 64;

/** The least that a guest's balloon on a host may leave it, in pages: the operator's floor, or what hypervisors take. */
export function minBalloonPages({ minMb }: GuestLimits, { balloonMaxPages, pageBytes }: Observation): number {
  const minPages = pagesFromMib(Math.max(minMb, MIN_BALLOON_MIB), pageBytes);
  return Math.min(minPages, balloonMaxPages ?? Number.POSITIVE_INFINITY);
}

/**
 * Hold a decision in the operator's limits, whatever the guest said. Where a safety of the guard holds a guest that has
 * more than its maximum, it keeps at the most what it has.
 */
export function holdLimits(decision: Decision, observation: Observation, limits: GuestLimits): Decision {
  const { maxMb } = limits;
  const { balloonCurrentPages, pageBytes } = observation;
  const limitPages = maxMb === null ? Number.POSITIVE_INFINITY : pagesFromMib(maxMb, pageBytes);
  const heldPages = Object.hasOwn(SAFETIES, decision.reason) ? (balloonCurrentPages ?? 0) : 0;
  const maxPages = Math.max(limitPages, heldPages);
  return atMost(atLeast(decision, minBalloonPages(limits, observation)), maxPages, "max_mb");
}

function atLeast(decision: Decision, minPages: number): Decision {
  const { balloonTargetPages } = decision;
  if (balloonTargetPages === null || balloonTargetPages >= minPages) return decision;
  return moved(decision, minPages, "min_mb");
}

/** Cut a decision's target at `maxPages` pages on the balloon's side, for the reason that `clamp` tells. */
export function atMost(decision: Decision, maxPages: number, clamp: Clamp): Decision {
  const { balloonTargetPages } = decision;
  if (balloonTargetPages === null || balloonTargetPages <= maxPages) return decision;
  return moved(decision, maxPages, clamp);
}

function moved(decision: Decision, balloonTargetPages: number, clamp: Clamp): Decision {
  const movePages = balloonTargetPages - (decision.balloonTargetPages ?? balloonTargetPages);
  const targetPages = decision.targetPages === null ? null : decision.targetPages + movePages;
  return { ...withClamp(decision, clamp), balloonTargetPages, targetPages };
}

/** A decision that was cut by this, too. */
export function withClamp(decision: Decision, clamp: Clamp): Decision {
  return decision.clamps.includes(clamp) ? decision : { ...decision, clamps: [...decision.clamps, clamp] };
}
