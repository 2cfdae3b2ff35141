import type { Decision } from "./decision.ts";
import { isComplete, type Observation } from "./observation.ts";
import type { Reason } from "./reasons.ts";
import type { Tunables } from "./tunables.ts";
import { pagesFromMib } from "./units.ts";

/** What a target leaves a guest beside what is in use and the headroom, by the reason of its last step. */
const REST: Readonly<Record<Reason, string>> = {
  lower: "Not taken yet",
  raise: "Up to the goal",
  at_goal: "Up to the goal",
  at_floor: "Up to the floor",
  at_maximum: "Up to the most that it may have",
  at_share: "Rest of its share",
  kept: "Left, because the host has enough",
  given_back: "Left, and given back",
  yields: "Not yielded",
  doubted: "Not yielded",
  host_full: "Kept while the host is full",
  off: "Left alone",
  unmanaged: "Left alone",
  contradictory: "Held",
  missing: "Held",
  quiet: "Left alone in its quiet hours",
  emergency: "Given at once",
  back_off: "Not taken again yet",
  stuck: "Held: it does not follow",
  hot_cache: "Cache kept",
  implausible: "Held",
  in_use: "Not taken yet",
  allocatable: "Kept for large allocations",
  single_rise: "Kept for a single large rise",
};

/** A part of a target or goal, in pages of the guest's RAM; below 0 where a target has less than the parts before it. */
export interface TargetPart {
  readonly name: string;
  readonly pages: number;
}

/**
 * What the target of a step is made of: what is in use, the guard's headroom, and the rest, which add up to it. Empty where
 * nothing was set, or where the guest does not say what is available.
 */
export function targetParts(
  observation: Pick<Observation, "totalramPages" | "availablePages">,
  { targetPages, headroomPages, reason }: Pick<Decision, "targetPages" | "headroomPages" | "reason">,
): readonly TargetPart[] {
  const { totalramPages, availablePages } = observation;
  if (targetPages === null || totalramPages === null || availablePages === null) return [];
  const usedPages = Math.max(0, totalramPages - availablePages);
  const keptPages = headroomPages ?? 0;
  const restPages = targetPages - usedPages - keptPages;
  const rest = restPages < 0 ? "Less than that" : REST[reason];
  return [
    { name: "In use", pages: usedPages },
    { name: "Headroom", pages: keptPages },
    { name: rest, pages: restPages },
  ].filter(({ pages }, index) => index === 0 || pages !== 0);
}

/**
 * What the goal is made of by the driver's law (specification, section 3), which add up to it; empty where it was made
 * otherwise, as by the adaptive policy.
 */
export function goalParts(
  observation: Observation,
  { goalPages }: Pick<Decision, "goalPages">,
  tunables: Tunables,
): readonly TargetPart[] {
  if (!isComplete(observation) || goalPages === null) return [];
  const swapPages = tunables.frontswap_selfshrinking === 1 ? (observation.frontswapPages ?? 0) : 0;
  const roomPages = pagesFromMib(tunables.selfballoon_reserved_mb, observation.pageBytes);
  const parts = [
    { name: "committed", pages: Math.max(0, observation.committedPages) },
    { name: "for the kernel's reserve", pages: observation.totalreservePages },
    { name: "of room (selfballoon_reserved_mb)", pages: roomPages },
    { name: "in compressed swap", pages: swapPages },
  ];
  const sumPages = parts.reduce((sum, { pages }) => sum + pages, 0);
  return sumPages === goalPages ? parts.filter(({ pages }) => pages > 0) : [];
}
