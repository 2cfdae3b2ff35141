import type { Kernel, Load, Swap } from "./kernel.ts";

/** Pages that swap still takes. */
export function swapRoomPages(swap: Swap): number {
  return swap.diskCapacityPages - swap.diskPages + swap.zramCapacityPages - swap.zramPages;
}

/** Anonymous pages in RAM, of all loads. */
export function residentAnonPages(kernel: Kernel): number {
  let pages = 0;
  for (const load of kernel.loads) pages += load.residentPages;
  return pages;
}

/** Swapped pages of `load` that it touches again and again: cold pages are swapped first. */
export function hotSwappedPages(load: Load): number {
  const coldPages = Math.floor((load.residentPages + load.swappedPages) * (1 - load.workload.hotShare));
  return Math.max(0, load.swappedPages - coldPages);
}

/**
 * Write anonymous pages to swap until `wantedPages` are free: as many as a look at so many finds to be unused, or, if it
 * is urgent, any. Returns the pages that became free.
 */
export function swapOut(kernel: Kernel, wantedPages: number, budgetUs: number, isUrgent: boolean): number {
  const { swap, costs } = kernel;
  const gain = 1 - 1 / swap.zramRatio;
  const zramRoomPages = swap.zramCapacityPages - swap.zramPages;
  const lookedAt = zramRoomPages > 0 ? Math.ceil(wantedPages / gain) : wantedPages;
  const found = isUrgent ? lookedAt : findUnused(kernel, lookedAt);
  const compressed = takeAnon(kernel, Math.min(found, zramRoomPages, Math.floor(budgetUs / costs.compressUs)));
  const freed = compressed - resizePool(swap, compressed);
  kernel.reclaimUs += compressed * costs.compressUs;
  const leftUs = budgetUs - compressed * costs.compressUs;
  const written = takeAnon(
    kernel,
    Math.min(
      found - compressed,
      wantedPages - freed,
      swap.diskCapacityPages - swap.diskPages,
      Math.floor(leftUs / costs.diskOutUs),
    ),
  );
  swap.diskPages += written;
  kernel.reclaimUs += written * costs.diskOutUs;
  kernel.counters.swapOutPages += compressed + written;
  return freed + written;
}

/** Store `pages` more (or, if negative, fewer) pages in compressed swap. Returns by how much its RAM grew. */
export function resizePool(swap: Swap, pages: number): number {
  swap.zramPages += pages;
  const poolPages = Math.ceil(swap.zramPages / swap.zramRatio);
  const growth = poolPages - swap.zramPoolPages;
  swap.zramPoolPages = poolPages;
  return growth;
}

/** Pages of compressed swap among `pages` that leave swap. */
function compressedPart(swap: Swap, pages: number): number {
  const stored = swap.zramPages + swap.diskPages;
  return stored === 0 ? 0 : Math.max(pages - swap.diskPages, Math.floor((pages * swap.zramPages) / stored));
}

/** `pages` leave swap, in proportion from both areas: their slots are free, and the RAM of the compressed ones is. */
export function dropSwap(kernel: Kernel, pages: number): void {
  const compressed = compressedPart(kernel.swap, pages);
  kernel.swap.diskPages -= pages - compressed;
  kernel.freePages -= resizePool(kernel.swap, -compressed);
}

/**
 * Look at `pages` anonymous pages. Those that had been looked at before and were not touched since are unused; the others
 * age, and are passed over this time (Linux mm/vmscan.c, page_check_references). Returns how many are unused.
 */
function findUnused(kernel: Kernel, pages: number): number {
  const residentPages = residentAnonPages(kernel);
  if (residentPages === 0) return 0;
  let agedPages = 0;
  for (const load of kernel.loads) agedPages += load.agedPages;
  const unused = Math.round((pages * agedPages) / residentPages);
  inProportion(kernel, pages - unused, youngOf, (load, aged) => {
    load.agedPages += aged;
  });
  return unused;
}

/** Take up to `wantedPages` out of the loads, aged ones first. Returns how many. */
function takeAnon(kernel: Kernel, wantedPages: number): number {
  const aged = inProportion(kernel, wantedPages, agedOf, (load, pages) => {
    load.agedPages -= pages;
    moveToSwap(load, pages);
  });
  return aged + inProportion(kernel, wantedPages - aged, youngOf, moveToSwap);
}

function moveToSwap(load: Load, pages: number): void {
  load.residentPages -= pages;
  load.agedPages = Math.min(load.agedPages, load.residentPages);
  load.swappedPages += pages;
}

/** A load touches its memory: what it touched is young again. Cold pages age first. */
export function touchAged(kernel: Kernel, load: Load): void {
  if (load.agedPages === 0) return;
  const hotPages = Math.max(0, load.agedPages - coldResidentPages(load));
  load.agedPages -= hotPages * Math.min(1, kernel.tickUs / 1_000_000 / load.workload.touchSeconds);
}

function coldResidentPages(load: Load): number {
  const coldPages = Math.floor((load.residentPages + load.swappedPages) * (1 - load.workload.hotShare));
  return Math.min(load.residentPages, Math.max(0, coldPages - load.swappedPages));
}

function agedOf(load: Load): number {
  return Math.floor(load.agedPages);
}

function youngOf(load: Load): number {
  return load.residentPages - Math.floor(load.agedPages);
}

/** Do something with up to `wantedPages` of what `pagesOf` counts, with each load in proportion. Returns how many. */
function inProportion(
  kernel: Kernel,
  wantedPages: number,
  pagesOf: (load: Load) => number,
  act: (load: Load, pages: number) => void,
): number {
  if (wantedPages <= 0) return 0;
  let sum = 0;
  for (const load of kernel.loads) sum += pagesOf(load);
  const wanted = Math.min(wantedPages, sum);
  if (wanted === 0) return 0;
  let left = wanted;
  for (const load of kernel.loads) {
    const pages = pagesOf(load);
    const part = Math.min(left, pages, Math.ceil((wanted * pages) / sum));
    act(load, part);
    left -= part;
  }
  return wanted - left;
}
