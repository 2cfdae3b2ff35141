import type { CompleteObservation } from "../observation.ts";
import type { Clamp, Reason } from "../reasons.ts";
import type { Tunables } from "../tunables.ts";
import { pagesFromMib } from "../units.ts";
import { floorPages } from "./floor.ts";

/** One step of selfballooning: where the guest's memory should go. All in pages. */
export interface BalloonStep {
  readonly goalPages: number;
  readonly floorPages: number;
  readonly targetPages: number;
  readonly balloonTargetPages: number;
  readonly reason: Reason;
  readonly clamps: readonly Clamp[];
}

/** Where the target is heading, in pages. */
export interface Aim {
  readonly goalPages: number;
  /** What may go in one step, however far the goal is: nobody uses it. The driver knows no such memory. */
  readonly sparePages: number;
}

// The lists of clamps that there can be, made once: what a step allocates costs it more than its arithmetic.
const NONE: readonly Clamp[] = Object.freeze([]);
const FLOOR: readonly Clamp[] = Object.freeze(["floor" as const]);
const MAXIMUM: readonly Clamp[] = Object.freeze(["maximum" as const]);
const FLOOR_AND_MAXIMUM: readonly Clamp[] = Object.freeze([...FLOOR, ...MAXIMUM]);

/** The driver's aim: its goal alone. */
export function driverAim(observation: CompleteObservation, tunables: Tunables): Aim {
  return { goalPages: driverGoal(observation, tunables), sparePages: 0 };
}

/** The driver's goal: what is committed, the kernel's reserve and ours, and what is to come back from compressed swap. */
export function driverGoal(observation: CompleteObservation, tunables: Tunables): number {
  const frontswapPages = tunables.frontswap_selfshrinking === 1 ? (observation.frontswapPages ?? 0) : 0;
  return (
    Math.max(0, observation.committedPages) +
    observation.totalreservePages +
    pagesFromMib(tunables.selfballoon_reserved_mb, observation.pageBytes) +
    frontswapPages
  );
}

/**
 * The law, without an upper bound (specification, section 3): the target moves toward the goal by 1/hysteresis of the
 * distance and never under the floor. With the driver's goal this is what the golden vectors record.
 */
export function lawTarget(
  observation: CompleteObservation,
  tunables: Tunables,
  { goalPages, sparePages }: Aim = driverAim(observation, tunables),
): Omit<BalloonStep, "reason"> {
  const { pageBytes, totalramPages, totalreservePages, maxPfn } = observation;
  const floor = floorPages(pageBytes, totalreservePages, maxPfn, tunables.selfballoon_min_usable_mb);
  const wanted = approach(totalramPages, goalPages, sparePages, tunables);
  const targetPages = Math.max(wanted, floor);
  return {
    goalPages,
    floorPages: floor,
    targetPages,
    balloonTargetPages: targetPages + observation.balloonCurrentPages - totalramPages,
    clamps: wanted < floor ? FLOOR : NONE,
  };
}

function approach(totalramPages: number, goalPages: number, sparePages: number, tunables: Tunables): number {
  if (totalramPages <= goalPages)
    return totalramPages + Math.floor((goalPages - totalramPages) / tunables.selfballoon_uphysteresis);
  const gapPages = totalramPages - goalPages;
  return (
    totalramPages - Math.max(Math.floor(gapPages / tunables.selfballoon_downhysteresis), Math.min(gapPages, sparePages))
  );
}

/** The law, cut at what the guest may have at the most (specification, section 8), with the reason in one word. */
export function balloonStep(
  observation: CompleteObservation,
  tunables: Tunables,
  aim: Aim = driverAim(observation, tunables),
): BalloonStep {
  const law = lawTarget(observation, tunables, aim);
  const maximumPages = maximumTarget(observation);
  const targetPages = Math.min(law.targetPages, maximumPages);
  const clamps = targetPages < law.targetPages ? withMaximum(law.clamps) : law.clamps;
  return {
    goalPages: law.goalPages,
    floorPages: law.floorPages,
    targetPages,
    balloonTargetPages: targetPages + observation.balloonCurrentPages - observation.totalramPages,
    reason: reasonFor(targetPages - observation.totalramPages, clamps),
    clamps,
  };
}

function withMaximum(clamps: readonly Clamp[]): readonly Clamp[] {
  return clamps === FLOOR ? FLOOR_AND_MAXIMUM : MAXIMUM;
}

/** The most RAM that the guest may have, in pages: the balloon's bound seen from inside, or the highest page frame. */
export function maximumTarget(observation: CompleteObservation): number {
  if (observation.balloonMaxPages === null) return observation.maxPfn;
  return Math.max(0, observation.balloonMaxPages - observation.balloonCurrentPages + observation.totalramPages);
}

/** Why a target is where it is, `movePages` from what the guest has, cut by `clamps`. */
export function reasonFor(movePages: number, clamps: readonly Clamp[]): Reason {
  if (movePages < 0) return "lower";
  if (movePages > 0) return "raise";
  if (clamps.includes("maximum")) return "at_maximum";
  if (clamps.includes("floor") || clamps.includes("min_mb")) return "at_floor";
  return clamps.includes("share") ? "at_share" : "at_goal";
}
