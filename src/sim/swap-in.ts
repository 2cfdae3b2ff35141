import { allocate } from "./allocate.ts";
import type { Kernel, Load } from "./kernel.ts";
import { noteCost } from "./reclaim.ts";
import { dropSwap, hotSwappedPages, resizePool } from "./swap.ts";

/** Cold memory is touched too, once in this time. */
const COLD_TOUCH_SECONDS = 600;

/** Touch hot memory: what is in swap of it is faulted in, and the load waits for each page. */
export function touchSwapped(kernel: Kernel, load: Load): void {
  if (load.swappedPages === 0) return;
  load.isBusy = true;
  const hot = hotSwappedPages(load);
  const seconds = kernel.tickUs / 1_000_000;
  load.faultCarry += (hot / load.workload.touchSeconds + (load.swappedPages - hot) / COLD_TOUCH_SECONDS) * seconds;
  const pages = Math.floor(load.faultCarry);
  if (pages > 0) {
    load.faultCarry = Math.min(1, load.faultCarry - pages);
    swapIn(kernel, load, Math.min(pages, load.swappedPages));
  }
  load.shortPages += hotSwappedPages(load);
}

function swapIn(kernel: Kernel, load: Load, wantedPages: number): void {
  const { costs, swap, counters } = kernel;
  const waitUs = swap.zramPages >= swap.diskPages ? costs.decompressUs : costs.diskInUs;
  const pages = allocate(kernel, load, wantedPages, waitUs + costs.touchUs);
  load.stalledUs += pages * waitUs;
  load.residentPages += pages;
  load.swappedPages -= pages;
  dropSwap(kernel, pages);
  counters.swapInPages += pages;
  noteCost(kernel, 0, pages);
}

/** Bring cold pages back from compressed swap down to the self-shrinking target, as far as free memory allows. */
export function bringBack(kernel: Kernel): void {
  const { swap, frontswapTargetPages } = kernel;
  if (frontswapTargetPages === null || swap.zramPages <= frontswapTargetPages) return;
  let left = Math.min(
    swap.zramPages - frontswapTargetPages,
    Math.floor(kernel.tickUs / kernel.costs.decompressUs),
    kernel.freePages - kernel.watermarks.totalreservePages,
  );
  for (const load of kernel.loads) {
    const pages = Math.max(0, Math.min(left, load.swappedPages));
    load.residentPages += pages;
    load.swappedPages -= pages;
    kernel.freePages -= pages + resizePool(swap, -pages);
    kernel.counters.swapInPages += pages;
    left -= pages;
  }
}
