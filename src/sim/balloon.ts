import { takeFree } from "./allocate.ts";
import { currentPages, type Kernel } from "./kernel.ts";
import { canReclaim, reclaim } from "./reclaim.ts";

/** Pause of the balloon driver after it found no page (Linux drivers/virtio/virtio_balloon.c, "Out of puff!"). */
const RETRY_MS = 200;
const MAX_CARRY_US = 100;

/**
 * Move the balloon towards the target for one tick. Deflating ends at the ceiling. Inflating takes free memory, then
 * what reclaim frees, never more: where there is nothing it stops short, rests, and tries again.
 */
export function moveBalloon(kernel: Kernel): void {
  kernel.balloonUs = 0;
  const target = Math.min(kernel.targetPages, kernel.ceilingPages);
  const gap = currentPages(kernel) - Math.max(0, target);
  if (gap === 0 || kernel.balloonSpeed === 0) {
    kernel.balloonCarryUs = 0;
    return;
  }
  const timeUs = kernel.tickUs * kernel.balloonSpeed + kernel.balloonCarryUs;
  kernel.balloonCarryUs = gap > 0 ? inflate(kernel, gap, timeUs) : deflate(kernel, -gap, timeUs);
}

function deflate(kernel: Kernel, wantedPages: number, timeUs: number): number {
  const pages = Math.max(0, Math.min(wantedPages, Math.floor(timeUs / kernel.costs.deflateUs)));
  kernel.balloonPages -= pages;
  kernel.freePages += pages;
  return carry(kernel, timeUs - pages * kernel.costs.deflateUs);
}

function inflate(kernel: Kernel, wantedPages: number, timeUs: number): number {
  if (kernel.nowMs < kernel.balloonRetryAtMs) return 0;
  const { inflateUs } = kernel.costs;
  const affordable = Math.max(0, Math.min(wantedPages, Math.floor(timeUs / inflateUs)));
  let taken = takeFree(kernel, affordable);
  let leftUs = timeUs - taken * inflateUs;
  if (taken < affordable) {
    const missing = Math.max(0, kernel.watermarks.minPages - kernel.freePages);
    const freed = reclaim(kernel, affordable - taken + missing, leftUs);
    kernel.balloonUs = kernel.reclaimUs;
    const more = takeFree(kernel, affordable - taken);
    leftUs -= kernel.reclaimUs + more * inflateUs;
    taken += more;
    if (freed === 0 && !canReclaim(kernel)) puff(kernel);
  }
  kernel.balloonPages += taken;
  return carry(kernel, leftUs);
}

/** Time for one page, even if it must be swapped, is kept for the next tick; more is never saved up. */
function carry(kernel: Kernel, leftUs: number): number {
  return Math.max(-kernel.tickUs, Math.min(leftUs, MAX_CARRY_US));
}

function puff(kernel: Kernel): void {
  kernel.counters.outOfPuffs += 1;
  kernel.balloonRetryAtMs = kernel.nowMs + RETRY_MS;
}
