import type { Decision } from "./decision.ts";
import { type BalloonStep, maximumTarget, reasonFor } from "./guest/law.ts";
import type { CompleteObservation, Observation } from "./observation.ts";
import type { Clamp } from "./reasons.ts";
import { pagesFromMib } from "./units.ts";

/** The operator's limits of one guest. They hold whatever the guest says, so they bound what its host counts. */
export interface GuestLimits {
  /** The least that the balloon may leave the guest, in MiB; 0 for no other floor than the law's. */
  readonly minMb: number;
  /** The most that the balloon may give the guest, in MiB; null for all that the machine has. */
  readonly maxMb: number | null;
  /** Its weight where several guests share a host; above 0. */
  readonly weight: number;
}

/** A guest of which the operator said nothing. */
export const NO_LIMITS: GuestLimits = Object.freeze({ minMb: 0, maxMb: null, weight: 1 });

/** Bounds of the law's target, before the guard. In pages on the balloon's side, as the host counts. */
export interface Bounds {
  /** `min_mb`: the law's floor is at least this. */
  readonly leastPages: number;
  /** The guest's share of a host that is short of memory; the floor comes first. Infinity: there is enough. */
  readonly sharePages: number;
}

/** Neither limits nor a host to share. */
export const NO_BOUNDS: Bounds = Object.freeze({ leastPages: 0, sharePages: Number.POSITIVE_INFINITY });

/** The operator's maximum is from now on the most that the balloon may be asked for. */
export function boundObservation(observation: Observation, { maxMb }: GuestLimits): Observation {
  if (maxMb === null) return observation;
  const mostPages = pagesFromMib(maxMb, observation.pageBytes);
  const { balloonMaxPages } = observation;
  return { ...observation, balloonMaxPages: Math.min(mostPages, balloonMaxPages ?? mostPages) };
}

/** Hold the law's target in its bounds: below the share first, then above the floor, then below the maximum. */
export function boundLaw(law: BalloonStep, observation: CompleteObservation, bounds: Bounds): BalloonStep {
  if (bounds === NO_BOUNDS) return law;
  // Seen from inside, where the law counts.
  const offsetPages = observation.balloonCurrentPages - observation.totalramPages;
  const leastPages = Math.min(bounds.leastPages - offsetPages, maximumTarget(observation));
  const floorPages = Math.max(law.floorPages, leastPages);
  const sharedPages = Math.min(law.targetPages, bounds.sharePages - offsetPages);
  const targetPages = Math.max(sharedPages, Math.min(floorPages, law.targetPages), leastPages);
  const clamps: Clamp[] = [...law.clamps];
  if (sharedPages < law.targetPages) clamps.push("share");
  if (targetPages === leastPages && targetPages > sharedPages) clamps.push("min_mb");
  if (clamps.length === law.clamps.length) return { ...law, floorPages };
  return {
    goalPages: law.goalPages,
    floorPages,
    targetPages,
    balloonTargetPages: targetPages + offsetPages,
    reason: reasonFor(targetPages - observation.totalramPages, clamps),
    clamps,
  };
}

/** Hold a decision in the operator's limits, whatever law and guard made of what the guest said. */
export function holdLimits(decision: Decision, observation: Observation, { minMb, maxMb }: GuestLimits): Decision {
  const mostPages = maxMb === null ? Number.POSITIVE_INFINITY : pagesFromMib(maxMb, observation.pageBytes);
  const leastPages = Math.min(
    pagesFromMib(minMb, observation.pageBytes),
    observation.balloonMaxPages ?? Number.POSITIVE_INFINITY,
  );
  return atMost(atLeast(decision, leastPages), mostPages, "max_mb");
}

function atLeast(decision: Decision, leastPages: number): Decision {
  const { balloonTargetPages } = decision;
  if (balloonTargetPages === null || balloonTargetPages >= leastPages) return decision;
  return moved(decision, leastPages, "min_mb");
}

/** Cut a decision's target at `mostPages` pages on the balloon's side, for the reason that `clamp` tells. */
export function atMost(decision: Decision, mostPages: number, clamp: Clamp): Decision {
  const { balloonTargetPages } = decision;
  if (balloonTargetPages === null || balloonTargetPages <= mostPages) return decision;
  return moved(decision, mostPages, clamp);
}

function moved(decision: Decision, balloonTargetPages: number, clamp: Clamp): Decision {
  const movePages = balloonTargetPages - (decision.balloonTargetPages ?? balloonTargetPages);
  const targetPages = decision.targetPages === null ? null : decision.targetPages + movePages;
  const clamps = decision.clamps.includes(clamp) ? decision.clamps : [...decision.clamps, clamp];
  return { ...decision, balloonTargetPages, targetPages, clamps };
}
