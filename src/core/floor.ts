import { pagesFromMib } from "./units.ts";

/** What the floor is computed from; all in pages, except the tunable. */
export interface FloorInput {
  readonly pageBytes: number;
  readonly totalreservePages: number;
  readonly maxPfn: number;
  readonly selfballoon_min_usable_mb: number;
}

/**
 * The least target, in pages (specification, section 3). A piecewise function of the guest's size that the driver took
 * from the Xen balloon's own minimum; it jumps at 64 and 512 MiB, and those jumps are part of the law.
 */
export function floorPages(input: FloorInput): number {
  const { pageBytes, totalreservePages, maxPfn } = input;
  const mib = (n: number): number => pagesFromMib(n, pageBytes);
  if (input.selfballoon_min_usable_mb !== 0) return totalreservePages + mib(input.selfballoon_min_usable_mb);
  const usefulPages = Math.max(0, maxPfn - totalreservePages);
  if (usefulPages < mib(16)) return maxPfn;
  if (usefulPages < mib(64)) return totalreservePages + mib(16) + Math.floor((usefulPages - mib(16)) / 2);
  if (usefulPages < mib(512)) return totalreservePages + mib(40) + Math.floor((usefulPages - mib(40)) / 8);
  return totalreservePages + mib(99) + Math.floor((usefulPages - mib(99)) / 32);
}
