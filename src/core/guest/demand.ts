import type { WatchSample } from "../backend.ts";

/** Samples that are remembered at the most; more than any reaction time has at the fastest watch. */
export const MAX_SAMPLES = 64;

/** A guest's demand at the last looks of the watch, in pages, newest last. */
export type Demands = readonly number[];

/** Nothing was seen yet. */
export const NO_DEMANDS: Demands = Object.freeze([]);

/** Demand is what is not available: it stays the same when only the balloon moves. Null where it is not known. */
export function demandPages({ availablePages, totalramPages }: WatchSample): number | null {
  return availablePages === null || totalramPages === null ? null : totalramPages - availablePages;
}

/** How much demand rose to `nowPages` within the last samples, in pages; 0 if it fell. */
export function risePages(demands: Demands, nowPages: number): number {
  let minPages = nowPages;
  for (const pages of demands) if (pages < minPages) minPages = pages;
  return nowPages - minPages;
}

/** The samples with one more, of which `window` make one reaction time: older ones go. */
export function withDemand(demands: Demands, nowPages: number, window: number): Demands {
  const max = Math.max(1, Math.min(window, MAX_SAMPLES));
  const kept = demands.slice(Math.max(0, demands.length - max + 1));
  kept.push(nowPages);
  return kept;
}
