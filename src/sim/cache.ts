import type { Kernel, PageCache } from "./kernel.ts";
import { PAGE_BYTES } from "./watermarks.ts";

/** Pages of files in memory, both lists. */
export function filePages(cache: PageCache): number {
  return cache.activePages + cache.inactiveHotPages + cache.inactiveColdPages;
}

const PAGES_PER_GIB = 1_073_741_824 / PAGE_BYTES;

/** How much longer the active list may be than the inactive one (Linux mm/vmscan.c, inactive_is_low). */
function inactiveRatio(cache: PageCache): number {
  const gib = Math.floor(filePages(cache) / PAGES_PER_GIB);
  return gib > 0 ? Math.floor(Math.sqrt(10 * gib)) : 1;
}

/** Whether the inactive list is so short that reclaim moves pages of the active one there. */
export function isInactiveLow(cache: PageCache): boolean {
  return (cache.inactiveHotPages + cache.inactiveColdPages) * inactiveRatio(cache) < cache.activePages;
}

/** Take up to `wantedPages` clean pages from the end of the inactive list, and slab in proportion. Returns the pages. */
export function dropCache(kernel: Kernel, wantedPages: number, budgetUs: number): number {
  const { cache, costs } = kernel;
  const pages = Math.min(wantedPages, Math.floor(budgetUs / costs.dropCleanUs));
  if (pages <= 0) return 0;
  if (isInactiveLow(cache)) deactivate(cache);
  const slab = Math.min(
    cache.slabPages,
    Math.ceil((pages * cache.slabPages) / (cache.slabPages + filePages(cache) + 1)),
  );
  const inactive = cache.inactiveHotPages + cache.inactiveColdPages;
  const files = Math.min(pages - slab, inactive);
  const cold = inactive === 0 ? 0 : Math.ceil((files * cache.inactiveColdPages) / inactive);
  cache.slabPages -= slab;
  cache.inactiveColdPages -= cold;
  cache.inactiveHotPages -= files - cold;
  cache.evictedPages += files - cold;
  kernel.reclaimUs += (slab + files) * costs.dropCleanUs;
  return slab + files;
}

/** Even the lists out. Pages that nobody reads any more are the oldest of the active list, so they go first. */
function deactivate(cache: PageCache): void {
  const ratio = inactiveRatio(cache);
  const inactive = cache.inactiveHotPages + cache.inactiveColdPages;
  const pages = Math.ceil((cache.activePages - inactive * ratio) / (1 + ratio));
  const unread = Math.max(0, cache.activePages + cache.inactiveHotPages - cache.workingSetPages);
  const cold = Math.min(pages, unread);
  cache.activePages -= pages;
  cache.inactiveColdPages += cold;
  cache.inactiveHotPages += pages - cold;
}
