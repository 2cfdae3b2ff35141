import { BYTES_PER_MIB, pagesFromMib } from "../units.ts";

/**
 * The least target, in pages (specification, section 3). A piecewise function of the guest's size that the driver took
 * from the Xen balloon's own minimum; it jumps at 64 and 512 MiB, and those jumps are part of the law.
 * `minUsableMb` is the tunable `selfballoon_min_usable_mb`; if it is not 0, it takes the place of the function.
 */
export function floorPages(pageBytes: number, totalreservePages: number, maxPfn: number, minUsableMb: number): number {
  if (minUsableMb !== 0) return totalreservePages + pagesFromMib(minUsableMb, pageBytes);
  const usefulPages = Math.max(0, maxPfn - totalreservePages);
  // A page's size is a power of two of at most 64 KiB, so this is whole.
  const mib = BYTES_PER_MIB / pageBytes;
  if (usefulPages < 16 * mib) return maxPfn;
  if (usefulPages < 64 * mib) return totalreservePages + 16 * mib + Math.floor((usefulPages - 16 * mib) / 2);
  if (usefulPages < 512 * mib) return totalreservePages + 40 * mib + Math.floor((usefulPages - 40 * mib) / 8);
  return totalreservePages + 99 * mib + Math.floor((usefulPages - 99 * mib) / 32);
}
