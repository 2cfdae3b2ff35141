import type { Kernel } from "./kernel.ts";
import { canReclaim, reclaim } from "./reclaim.ts";

/** Rounds without a page after which kswapd gives up (Linux mm/internal.h, MAX_RECLAIM_RETRIES). */
const MAX_FAILURES = 16;
/** Time of a round that looks at all lists and finds nothing. */
const FUTILE_ROUND_US = 500;

/**
 * Background reclaim: wakes under the low watermark, works until the high one is reached. With one CPU it gets half of
 * it, so that programs continue allocating meanwhile.
 */
export function runKswapd(kernel: Kernel): void {
  kernel.kswapdUs = 0;
  const { lowPages, totalreservePages } = kernel.watermarks;
  if (kernel.freePages < lowPages) kernel.isKswapdAwake = true;
  if (!kernel.isKswapdAwake) return;
  if (kernel.kswapdFailures >= MAX_FAILURES && !canReclaim(kernel)) return;
  const budgetUs = kernel.cpus > 1 ? kernel.tickUs : kernel.tickUs / 2;
  const freed = reclaim(kernel, totalreservePages - kernel.freePages, budgetUs);
  kernel.kswapdUs = freed > 0 ? kernel.reclaimUs : Math.min(budgetUs, FUTILE_ROUND_US);
  kernel.kswapdFailures = freed > 0 ? 0 : kernel.kswapdFailures + 1;
  if (kernel.freePages >= totalreservePages) kernel.isKswapdAwake = false;
}
