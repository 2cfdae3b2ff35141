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

/** Write anonymous pages to swap until `wantedPages` are free. Returns the pages that became free. */
export function swapOut(kernel: Kernel, wantedPages: number, budgetUs: number): number {
  const { swap, costs } = kernel;
  const gain = 1 - 1 / swap.zramRatio;
  const compressed = takeAnon(
    kernel,
    Math.min(
      Math.ceil(wantedPages / gain),
      swap.zramCapacityPages - swap.zramPages,
      Math.floor(budgetUs / costs.compressUs),
    ),
  );
  const freed = compressed - resizePool(swap, compressed);
  kernel.reclaimUs += compressed * costs.compressUs;
  const leftUs = budgetUs - compressed * costs.compressUs;
  const written = takeAnon(
    kernel,
    Math.min(wantedPages - freed, swap.diskCapacityPages - swap.diskPages, Math.floor(leftUs / costs.diskOutUs)),
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

/** Take up to `wantedPages` resident pages out of the loads, cold ones first. Returns how many. */
function takeAnon(kernel: Kernel, wantedPages: number): number {
  if (wantedPages <= 0) return 0;
  const cold = takeInProportion(kernel, wantedPages, coldResidentPages);
  return cold === wantedPages ? cold : cold + takeInProportion(kernel, wantedPages - cold, residentOf);
}

function coldResidentPages(load: Load): number {
  const coldPages = Math.floor((load.residentPages + load.swappedPages) * (1 - load.workload.hotShare));
  return Math.min(load.residentPages, Math.max(0, coldPages - load.swappedPages));
}

function residentOf(load: Load): number {
  return load.residentPages;
}

function takeInProportion(kernel: Kernel, wantedPages: number, pagesOf: (load: Load) => number): number {
  let sum = 0;
  for (const load of kernel.loads) sum += pagesOf(load);
  const wanted = Math.min(wantedPages, sum);
  if (wanted === 0) return 0;
  let left = wanted;
  for (const load of kernel.loads) {
    const pages = pagesOf(load);
    const taken = Math.min(left, pages, Math.ceil((wanted * pages) / sum));
    load.residentPages -= taken;
    load.swappedPages += taken;
    left -= taken;
  }
  return wanted - left;
}
