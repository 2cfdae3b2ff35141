import { dropCache, filePages, isInactiveLow } from "./cache.ts";
import type { Kernel } from "./kernel.ts";
import { residentAnonPages, swapOut, swapRoomPages } from "./swap.ts";

/** Linux's default `vm.swappiness`. */
const SWAPPINESS = 60;

/**
 * Free up to `wantedPages` within `budgetUs` of CPU time: clean files first of all, then swap. Returns the pages that
 * became free; `kernel.reclaimUs` is the time that it took.
 */
export function reclaim(kernel: Kernel, wantedPages: number, budgetUs: number): number {
  kernel.reclaimUs = 0;
  let freed = dropCache(kernel, Math.ceil(wantedPages * fileShare(kernel, wantedPages)), budgetUs);
  if (freed < wantedPages) freed += swapOut(kernel, wantedPages - freed, budgetUs - kernel.reclaimUs, false);
  if (freed < wantedPages) freed += dropCache(kernel, wantedPages - freed, budgetUs - kernel.reclaimUs);
  if (freed < wantedPages) freed += swapOut(kernel, wantedPages - freed, budgetUs - kernel.reclaimUs, true);
  kernel.freePages += freed;
  return freed;
}

/** Whether there is anything that reclaim could free, given time. */
export function canReclaim(kernel: Kernel): boolean {
  if (filePages(kernel.cache) + kernel.cache.slabPages > 0) return true;
  return swapRoomPages(kernel.swap) > 0 && residentAnonPages(kernel) > 0;
}

/**
 * The part of reclaim that falls on files (Linux mm/vmscan.c, get_scan_count): all of it without swap or while the
 * inactive list is long enough, else by size, swappiness and what refaults have cost on either side.
 */
function fileShare(kernel: Kernel, wantedPages: number): number {
  const { cache, swap } = kernel;
  if (swapRoomPages(swap) === 0) return 1;
  const files = filePages(cache) + cache.slabPages;
  if (files === 0) return 0;
  if (!isInactiveLow(cache) && cache.inactiveHotPages + cache.inactiveColdPages >= wantedPages) return 1;
  const anonWeight = (residentAnonPages(kernel) * SWAPPINESS) / (cache.anonCost + 1);
  const fileWeight = (files * (200 - SWAPPINESS)) / (cache.fileCost + 1);
  return fileWeight / (fileWeight + anonWeight);
}

/** Remember a refault; old ones fade once they are more than a quarter of the lists (Linux mm/swap.c, lru_note_cost). */
export function noteCost(kernel: Kernel, fileRefaults: number, anonRefaults: number): void {
  const { cache } = kernel;
  cache.fileCost += fileRefaults;
  cache.anonCost += anonRefaults;
  if (cache.fileCost + cache.anonCost > (filePages(cache) + residentAnonPages(kernel)) / 4) {
    cache.fileCost /= 2;
    cache.anonCost /= 2;
  }
}
