import type { CompleteObservation } from "../observation.ts";
import type { Clamp } from "../reasons.ts";
import { type Asked, asNeeded } from "./as-needed.ts";
import { type BalloonStep, maximumTarget, reasonFor } from "./law.ts";

/** Bounds of the law's target, before the guard. In pages on the balloon's side, as the host counts. */
export interface Bounds {
  /** `min_mb`: the law's floor is at least this. */
  readonly minPages: number;
  /** What the guest is entitled to of a host that is short of memory; the floor comes first. Infinity: there is enough. */
  readonly entitledPages: number;
  /** The most that the law's floor, which a guest's own figures make, counts for beside others. Infinity: there are none. */
  readonly maxFloorPages: number;
  /** What the host asks of the guest at this step; null: what the law takes. */
  readonly asked: Asked | null;
  /** Its quiet hours: it keeps what it has. */
  readonly isQuiet: boolean;
}

/** Neither limits nor a host that others use as well. */
export const NO_BOUNDS: Bounds = Object.freeze({
  minPages: 0,
  entitledPages: Number.POSITIVE_INFINITY,
  maxFloorPages: Number.POSITIVE_INFINITY,
  asked: null,
  isQuiet: false,
});

/** Whether guests wait for memory that the host does not have. */
export function isHostShort({ entitledPages }: Bounds): boolean {
  return Number.isFinite(entitledPages);
}

/**
 * Hold the law's target in its bounds: no lower than the host asks for first, then below the entitlement, above the floor,
 * and below the maximum. In its quiet hours a guest keeps what it has, but for what it may have no more.
 */
export function boundLaw(lawful: BalloonStep, observation: CompleteObservation, bounds: Bounds): BalloonStep {
  if (bounds === NO_BOUNDS) return lawful;
  const law = bounded(lawful, observation, bounds);
  return bounds.isQuiet ? leftAlone(law, observation) : law;
}

function bounded(lawful: BalloonStep, observation: CompleteObservation, bounds: Bounds): BalloonStep {
  const law = asNeeded(lawful, observation, bounds.asked);
  // Seen from inside, where the law counts.
  const offsetPages = observation.balloonCurrentPages - observation.totalramPages;
  const minPages = Math.min(bounds.minPages - offsetPages, maximumTarget(observation));
  const floorPages = Math.max(law.floorPages, minPages);
  const believedPages = Math.min(floorPages, bounds.maxFloorPages - offsetPages);
  const cutPages = Math.min(law.targetPages, bounds.entitledPages - offsetPages);
  const targetPages = Math.max(cutPages, Math.min(believedPages, law.targetPages), minPages);
  const clamps: Clamp[] = [...law.clamps];
  if (cutPages < law.targetPages) clamps.push("share");
  if (targetPages === minPages && targetPages > cutPages) clamps.push("min_mb");
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

/** Its goal is what it has, so that its claim to that stays. */
function leftAlone(law: BalloonStep, observation: CompleteObservation): BalloonStep {
  const keptPages = Math.min(observation.totalramPages, maximumTarget(observation));
  if (law.targetPages >= keptPages) return law;
  return {
    goalPages: Math.max(law.goalPages, keptPages),
    floorPages: law.floorPages,
    targetPages: keptPages,
    balloonTargetPages: keptPages + observation.balloonCurrentPages - observation.totalramPages,
    reason: "quiet",
    clamps: [...law.clamps.filter((clamp) => clamp !== "floor"), "quiet"],
  };
}
