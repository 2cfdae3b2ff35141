import type { Kernel, Load } from "./kernel.ts";
import { canReclaim, reclaim } from "./reclaim.ts";

/** Pages that direct reclaim frees at a time (Linux SWAP_CLUSTER_MAX). */
const RECLAIM_BATCH_PAGES = 32;

/** Take up to `wantedPages` that are free above the min watermark. Returns how many. */
export function takeFree(kernel: Kernel, wantedPages: number): number {
  const pages = Math.min(wantedPages, kernel.freePages - kernel.watermarks.minPages);
  if (pages <= 0) return 0;
  kernel.freePages -= pages;
  return pages;
}

/**
 * Get up to `wantedPages` for `load`, at `pageUs` of its time each. Where free memory ends, the load reclaims for
 * itself and waits for that (direct reclaim). Returns the pages it got; fewer than wanted if its time ran out, or if
 * nothing could be reclaimed, which in the end is OOM.
 */
export function allocate(kernel: Kernel, load: Load, wantedPages: number, pageUs: number): number {
  const wanted = Math.min(wantedPages, Math.floor(load.timeLeftUs / pageUs));
  if (wanted <= 0) return 0;
  let got = takeFree(kernel, wanted);
  load.timeLeftUs -= got * pageUs;
  if (got === wanted || load.timeLeftUs <= 0) return got;
  const freed = directReclaim(kernel, load, wanted - got);
  const more = takeFree(kernel, wanted - got);
  got += more;
  load.timeLeftUs -= more * pageUs;
  if (freed === 0 && got < wanted && !canReclaim(kernel)) {
    kernel.allocationFails = true;
    wait(load, load.timeLeftUs);
  }
  return got;
}

/** Free pages at the expense of `load`'s time, enough to get `wantedPages` above the min watermark. */
export function directReclaim(kernel: Kernel, load: Load, wantedPages: number): number {
  const missing = Math.max(0, kernel.watermarks.minPages - kernel.freePages);
  const freed = reclaim(kernel, wantedPages + missing, load.timeLeftUs);
  wait(load, kernel.reclaimUs);
  kernel.counters.allocStalls += Math.max(1, Math.floor(freed / RECLAIM_BATCH_PAGES));
  return freed;
}

/** `load` waits for memory for `us`: a stall that PSI counts. */
export function wait(load: Load, us: number): void {
  if (us <= 0) return;
  load.stalledUs += us;
  load.timeLeftUs -= us;
}
