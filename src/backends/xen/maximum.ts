import type { XenBalloonReading } from "./balloon.ts";

/**
 * The most that a Xen guest was built for (`maxmem=`), in KiB, as far as it is known. It is what the guest has plus what
 * its balloon holds. While the balloon moves the two do not agree: what it holds changes page by page, what the guest has
 * by batches of up to 2 MiB, so that their sum is too low on the way up and too high on the way down. At rest it is exact.
 * @param knownKib what was known before; null if nothing was.
 */
export function maximumKib(knownKib: number | null, { currentKib, targetKib, sumKib }: XenBalloonReading): number {
  if (knownKib === null || currentKib === targetKib) return sumKib;
  return currentKib < targetKib ? Math.max(knownKib, sumKib) : knownKib;
}
