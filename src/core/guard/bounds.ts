import { pagesFromMib } from "../units.ts";
import { giveBackPages, isHot } from "./hot-cache.ts";
import type { Moment } from "./moment.ts";
import type { Safety } from "./safeties.ts";
import type { GuardState } from "./state.ts";

/** After an emergency the target falls by at most this share of the guest's RAM at a step. */
const GENTLE_SHARE = 1 / 32;

/** The least target that each safety agrees to, in pages; 0 where it has no objection. */
export const BOUNDS: Readonly<Record<Safety, (state: GuardState, moment: Moment) => number>> = {
  emergency: ({ emergency }, { wanted }) => (emergency.isOn ? wanted.maximumPages : 0),
  back_off: ({ emergency }, moment) => keepUntil(emergency.recurrence.untilMs, moment),
  stuck: ({ progress }, moment) => keepUntil(progress.parked.untilMs, moment),
  hot_cache: ({ hold }, moment) => keepUntil(hold.untilMs, moment) + (isHot(moment) ? giveBackPages(moment) : 0),
  implausible: (_, { last, observation }) => {
    const { availablePages, totalramPages, maxPfn } = observation;
    const vanished = availablePages === null && last !== null && last.availablePages !== null;
    const absurd = totalramPages > maxPfn || (availablePages !== null && availablePages > totalramPages);
    return vanished || absurd ? totalramPages : 0;
  },
  in_use: ({ emergency }, { observation, headroomPages, nowMs }) => {
    const { availablePages, totalramPages } = observation;
    // A kernel that never told what is available leaves nothing to judge by: then the law stands alone.
    const takePages = availablePages === null ? totalramPages : Math.max(0, availablePages - headroomPages);
    const gentlePages = nowMs < emergency.gentleUntilMs ? Math.floor(totalramPages * GENTLE_SHARE) : totalramPages;
    return totalramPages - Math.min(takePages, gentlePages);
  },
  allocatable: (_, { observation, tunables }) => {
    const { swapTotalPages, pageBytes } = observation;
    return swapTotalPages === null ? 0 : pagesFromMib(tunables.guard_allocatable_mb, pageBytes) - swapTotalPages;
  },
};

function keepUntil(untilMs: number, { nowMs, observation }: Moment): number {
  return nowMs < untilMs ? observation.totalramPages : 0;
}
