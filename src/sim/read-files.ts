import { directReclaim, takeFree } from "./allocate.ts";
import type { Kernel, Load } from "./kernel.ts";
import { noteCost } from "./reclaim.ts";

/** Inodes and names that the kernel keeps for a page read, in pages. */
const SLAB_PER_PAGE_READ = 0.02;

/** Read the load's files: its part of the working set once in `touchSeconds`, and what it streams. */
export function readFiles(kernel: Kernel, load: Load): void {
  const { cache } = kernel;
  const seconds = kernel.tickUs / 1_000_000;
  const cachePages = Math.floor(load.demand.cachePages);
  if (cachePages > 0) readWorkingSet(kernel, load, (cachePages * seconds) / cache.workingSetPages);
  load.streamCarry += load.demand.streamPagesPerSecond * seconds;
  const streamed = Math.floor(load.streamCarry);
  if (streamed === 0) return;
  load.streamCarry -= streamed;
  const read = readPages(kernel, load, streamed);
  cache.inactiveColdPages += read;
}

/**
 * A page of the working set in memory is promoted from the inactive list by its second touch; one that is not is
 * read. If it had been evicted that is a refault: it counts as a stall, and the page is active at once (Linux
 * mm/workingset.c).
 */
function readWorkingSet(kernel: Kernel, load: Load, share: number): void {
  const { cache } = kernel;
  const touchedShare = share / load.workload.touchSeconds;
  if (cache.inactiveHotPages > 0) promote(kernel, load, touchedShare);
  const missing = cache.workingSetPages - cache.activePages - cache.inactiveHotPages;
  if (missing <= 0) return;
  load.readCarry += missing * touchedShare;
  const wanted = Math.min(missing, Math.floor(load.readCarry));
  if (wanted === 0) return;
  load.readCarry = Math.min(1, load.readCarry - wanted);
  const refaults = Math.min(cache.evictedPages, Math.ceil((wanted * cache.evictedPages) / missing));
  const refaulted = readPages(kernel, load, refaults);
  load.stalledUs += refaulted * kernel.costs.fileReadUs;
  if (refaulted > 0) load.isBusy = true;
  cache.evictedPages -= refaulted;
  cache.activePages += refaulted;
  kernel.counters.refaultPages += refaulted;
  noteCost(kernel, refaulted, 0);
  const read = readPages(kernel, load, wanted - refaults);
  cache.inactiveHotPages += read;
}

function promote(kernel: Kernel, load: Load, touchedShare: number): void {
  const { cache } = kernel;
  load.promoteCarry += cache.inactiveHotPages * touchedShare;
  const pages = Math.min(cache.inactiveHotPages, Math.floor(load.promoteCarry));
  load.promoteCarry = Math.min(1, load.promoteCarry - pages);
  cache.inactiveHotPages -= pages;
  cache.activePages += pages;
}

/** Get pages for file data; reclaim may move the lists meanwhile. A read that finds none waits, but is never the cause of an OOM kill here. */
function readPages(kernel: Kernel, load: Load, wantedPages: number): number {
  const { cache, costs } = kernel;
  const wanted = Math.min(wantedPages, Math.floor(load.timeLeftUs / costs.fileReadUs));
  if (wanted <= 0) return 0;
  let got = takeFree(kernel, wanted);
  if (got < wanted) {
    directReclaim(kernel, load, wanted - got);
    got += takeFree(kernel, wanted - got);
  }
  load.timeLeftUs -= got * costs.fileReadUs;
  cache.slabCarry += got * SLAB_PER_PAGE_READ;
  const slab = takeFree(kernel, Math.floor(cache.slabCarry));
  cache.slabPages += slab;
  cache.slabCarry -= Math.floor(cache.slabCarry);
  return got;
}
