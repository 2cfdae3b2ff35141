import { pagesFromMib } from "../units.ts";
import { keptPages } from "./hot-cache.ts";
import type { Moment } from "./input.ts";
import type { Safety } from "./safeties.ts";
import type { GuardState } from "./state.ts";

/** After an emergency the target falls by at most this share of the guest's RAM at a step. */
const GENTLE_SHARE = 1 / 32;

/** The least target that each safety agrees to, in pages; 0 where it has no objection. */
export const BOUNDS: Readonly<Record<Safety, (state: GuardState, moment: Moment) => number>> = {
  emergency: ({ emergency }, { wanted }) => (emergency.isOn ? wanted.maximumPages : 0),
  back_off: ({ emergency }, moment) => keepUntil(emergency.recurrence.untilMs, moment),
  stuck: ({ progress }, moment) => keepUntil(progress.parked.untilMs, moment),
  hot_cache: ({ cache }, moment) => {
    const cachePages = Math.floor(keptPages(cache) + cache.growthPages);
    return cachePages === 0 ? 0 : inUsePages(moment) + cachePages;
  },
  implausible: (_, { last, observation }) => {
    const { availablePages, totalramPages, maxPfn } = observation;
    const vanished = availablePages === null && last !== null && last.availablePages !== null;
    const absurd = totalramPages > maxPfn || (availablePages !== null && availablePages > totalramPages);
    return vanished || absurd ? totalramPages : 0;
  },
  in_use: ({ emergency }, moment) => {
    const { totalramPages } = moment.observation;
    const isGentle = moment.nowMs < emergency.gentleUntilMs;
    return Math.max(inUsePages(moment), isGentle ? totalramPages - Math.floor(totalramPages * GENTLE_SHARE) : 0);
  },
  allocatable: (_, { observation, tunables }) => {
    const { swapTotalPages, pageBytes } = observation;
    return swapTotalPages === null ? 0 : pagesFromMib(tunables.guard_allocatable_mb, pageBytes) - swapTotalPages;
  },
};

function keepUntil(untilMs: number, { nowMs, observation }: Moment): number {
  return nowMs < untilMs ? observation.totalramPages : 0;
}

/** Memory that is not available, and the headroom; 0 for a kernel that does not tell: then the law stands alone. */
function inUsePages({ observation, headroomPages, without }: Moment): number {
  const { availablePages, totalramPages } = observation;
  if (availablePages === null || without.has("in_use")) return 0;
  return Math.max(0, totalramPages - availablePages) + headroomPages;
}
