import { estimateZones } from "../../formats/zoneinfo.ts";
import type { GuestReadings } from "./agent-readings.ts";
import { type BalloonState, machineBytes, totalramBytes } from "./balloon-state.ts";

/** What a guest's balloon driver says of its memory (virtio, section 5.5.6.3). Null: the driver does not say. */
export interface BalloonStatistics {
  readonly totalBytes: number | null;
  readonly freeBytes: number | null;
  readonly availableBytes: number | null;
  readonly cacheBytes: number | null;
  readonly swapInBytes: number | null;
  readonly swapOutBytes: number | null;
  readonly oomKills: number | null;
  readonly allocStalls: number | null;
}

/** Whether these statistics hold what a step needs: the guest's total memory, and how much of it is free. */
export function isOfUse({ totalBytes, availableBytes, freeBytes }: BalloonStatistics): boolean {
  return totalBytes !== null && totalBytes > 0 && (availableBytes !== null || freeBytes !== null);
}

/** A balloon's page, whatever the guest's is (virtio, section 5.5.6). */
export const BALLOON_PAGE_BYTES = 4096;

/**
 * The weaker source: readings made of the balloon's statistics, for a guest without an agent. Two are estimates that
 * err toward giving memory:
 * - committed: what is in use and could not be reclaimed (total - available), plus what was swapped out and not read
 *   back since boot. It misses what programs were promised and have not touched yet;
 * - reserve: `estimateZones`.
 * Readings that contradict each other are null.
 */
export function statisticsReadings(statistics: BalloonStatistics, balloon: BalloonState): GuestReadings {
  const builtBytes = machineBytes(balloon);
  // No system runs in nothing.
  const totalBytes = statistics.totalBytes === 0 ? null : atMost(statistics.totalBytes, builtBytes);
  const levelled = totalBytes === null ? null : totalramBytes(totalBytes, balloon);
  const availableBytes = atMost(statistics.availableBytes, totalBytes);
  const freeBytes = atMost(statistics.freeBytes, totalBytes);
  const usedBytes = levelled === null ? null : inUseBytes(levelled, availableBytes, freeBytes, statistics.cacheBytes);
  const { totalreservePages, maxPfn } = estimateZones(builtBytes, BALLOON_PAGE_BYTES);
  return {
    pageBytes: BALLOON_PAGE_BYTES,
    totalramPages: pages(levelled),
    committedPages: usedBytes === null ? null : pages(usedBytes + swappedBytes(statistics)),
    totalreservePages,
    frontswapPages: null,
    maxPfn,
    balloonCurrentPages: pages(balloon.currentBytes),
    balloonMaxPages: pages(balloon.maximumBytes),
    availablePages: pages(availableBytes),
    freePages: pages(freeBytes),
    swapTotalPages: null,
    psiSomeTotalUs: null,
    psiFullTotalUs: null,
    refaultPages: null,
    swapInPages: pages(statistics.swapInBytes),
    swapOutPages: pages(statistics.swapOutBytes),
    oomKills: statistics.oomKills,
    allocStalls: statistics.allocStalls,
  };
}

/** Memory in use that can't be reclaimed. Drivers before Linux 4.6 do not say what is available. */
function inUseBytes(
  totalBytes: number,
  availableBytes: number | null,
  freeBytes: number | null,
  cacheBytes: number | null,
): number | null {
  const unusedBytes = availableBytes ?? (freeBytes === null ? null : freeBytes + (cacheBytes ?? 0));
  return unusedBytes === null ? null : Math.max(0, totalBytes - unusedBytes);
}

/** The statistics do not tell swapped pages that were freed from those still held: both count. */
function swappedBytes({ swapInBytes, swapOutBytes }: BalloonStatistics): number {
  return swapInBytes === null || swapOutBytes === null ? 0 : Math.max(0, swapOutBytes - swapInBytes);
}

function atMost(bytes: number | null, maxBytes: number | null): number | null {
  return bytes === null || maxBytes === null || bytes > maxBytes ? null : bytes;
}

function pages(bytes: number | null): number | null {
  return bytes === null ? null : Math.floor(bytes / BALLOON_PAGE_BYTES);
}

/** Every reading that a step needs is missing; what the balloon and, if they are fresh, its statistics say is kept. */
export function heldReadings(statistics: BalloonStatistics, balloon: BalloonState): GuestReadings {
  const readings = statisticsReadings(statistics, balloon);
  return { ...readings, totalramPages: null, committedPages: null, totalreservePages: null, maxPfn: null };
}

/** The statistics of a guest that says nothing. */
export const NO_STATISTICS: BalloonStatistics = Object.freeze({
  totalBytes: null,
  freeBytes: null,
  availableBytes: null,
  cacheBytes: null,
  swapInBytes: null,
  swapOutBytes: null,
  oomKills: null,
  allocStalls: null,
});
