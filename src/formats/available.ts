import { kibFromPages } from "../core/units.ts";
import type { Meminfo } from "./meminfo.ts";
import type { ZoneFigures } from "./zoneinfo.ts";

/**
 * What could be used without swapping, in KiB: MemAvailable or, before Linux 3.14, most of what the kernel computes it of
 * since (Linux, mm/show_mem.c: si_mem_available): free memory without the reserve, and the cache of files without the low
 * watermarks or half of it, whichever is less. What an old kernel does not report counts as in use, and so do its own
 * caches: a balloon gets little of them, and late.
 * @param zones null where they can't be read: then there is no reserve to take off.
 * @returns null if there is neither.
 */
export function availableKib(meminfo: Meminfo, zones: ZoneFigures | null, pageBytes: number): number | null {
  const { memTotalKib, memFreeKib, memAvailableKib } = meminfo;
  if (memAvailableKib !== null || memFreeKib === null || zones === null) return memAvailableKib;
  const fileCacheKib = meminfo.fileCacheKib ?? 0;
  const reclaimableKib = Math.max(fileCacheKib / 2, fileCacheKib - kibFromPages(zones.lowPages, pageBytes));
  const kib = memFreeKib - kibFromPages(zones.totalreservePages, pageBytes) + reclaimableKib;
  return Math.min(memTotalKib, Math.max(0, Math.floor(kib)));
}

/**
 * What programs were promised, in KiB: Committed_AS or, where it can't be told, what is in use or swapped out, as for a
 * guest of which only its balloon's statistics are known.
 * @param totalKib RAM that the kernel owns now, the balloon taken off.
 * @returns null if neither is known.
 */
export function committedKib(meminfo: Meminfo, totalKib: number, available: number | null): number | null {
  if (meminfo.committedKib !== null || available === null) return meminfo.committedKib;
  const { swapTotalKib, swapFreeKib } = meminfo;
  const swappedKib = swapTotalKib === null || swapFreeKib === null ? 0 : swapTotalKib - swapFreeKib;
  return Math.max(0, totalKib - available) + swappedKib;
}
