import type { Observation } from "../../core/observation.ts";

/** A guest as rules for control groups see it: what its programs and its cache use is the group's memory. In pages. */
export interface Group {
  readonly usedPages: number;
  /** Of that the page cache, as far as a reading reports it. */
  readonly cachePages: number;
  /** The most that it may use. */
  readonly maxPages: number;
  /** What the guest has beside it: its kernel's reserve, and what its kernel took at boot. */
  readonly besidePages: number;
  /** Time for which some task stalled on memory, since boot. */
  readonly stalledUs: number;
}

/** A guest as a control group; null if a reading is missing, as while it boots. */
export function groupOf(guest: Observation): Group | null {
  const { totalramPages, freePages, availablePages, totalreservePages, psiSomeTotalUs } = guest;
  const { balloonCurrentPages, balloonMaxPages } = guest;
  if (totalramPages === null || freePages === null || availablePages === null || totalreservePages === null)
    return null;
  if (psiSomeTotalUs === null || balloonCurrentPages === null || balloonMaxPages === null) return null;
  const besidePages = balloonCurrentPages - totalramPages + totalreservePages;
  return {
    usedPages: totalramPages - freePages,
    cachePages: Math.max(0, availablePages - Math.max(0, freePages - totalreservePages)),
    maxPages: balloonMaxPages - besidePages,
    besidePages,
    stalledUs: psiSomeTotalUs,
  };
}
