import type { CompleteObservation } from "../observation.ts";
import type { Clamp } from "../reasons.ts";
import { type BalloonStep, maximumTarget } from "./law.ts";

/** What a host asks of a guest at one step, in pages. */
export interface Asked {
  /** The most that is taken from it. */
  readonly givePages: number;
  /** What it gets back. */
  readonly backPages: number;
  /** Its host is about to run out: it gets no more than it must have. */
  readonly isEmergency: boolean;
}

/**
 * The law on a host that takes no more than it needs. What is asked for is taken at once, and not by the law's part of the
 * way, but never past the law's goal; what is not asked for stays, and so does the guest's claim to it.
 */
export function asNeeded(law: BalloonStep, observation: CompleteObservation, asked: Asked | null): BalloonStep {
  if (asked === null) return law;
  const { totalramPages } = observation;
  if (law.targetPages > totalramPages && asked.isEmergency) return at(law, observation, totalramPages, "host_full");
  if (law.targetPages > totalramPages) return law;
  const minPages = Math.min(totalramPages, Math.max(law.goalPages, law.floorPages));
  const leftPages = Math.max(minPages, totalramPages - asked.givePages);
  const backPages = Math.min(totalramPages + asked.backPages, maximumTarget(observation));
  if (backPages > totalramPages) return at(law, observation, backPages, "given_back");
  // It is at what the law wants: that is why.
  if (leftPages === minPages && leftPages === totalramPages) return law;
  return at(law, observation, leftPages, leftPages < totalramPages ? "lower" : "kept");
}

function at(
  law: BalloonStep,
  { balloonCurrentPages, totalramPages }: CompleteObservation,
  targetPages: number,
  reason: "host_full" | "given_back" | "lower" | "kept",
): BalloonStep {
  const isKept = targetPages > Math.max(law.goalPages, law.floorPages);
  const clamps: readonly Clamp[] = isKept ? [...law.clamps.filter((clamp) => clamp !== "floor"), "need"] : law.clamps;
  return {
    goalPages: Math.max(law.goalPages, targetPages),
    floorPages: law.floorPages,
    targetPages,
    balloonTargetPages: targetPages + balloonCurrentPages - totalramPages,
    reason,
    clamps,
  };
}
