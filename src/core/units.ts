/** Bytes in one MiB. */
export const BYTES_PER_MIB = 1_048_576;

/** Bytes in one KiB, the unit of `/proc/meminfo` and of Xen's balloon. */
export const BYTES_PER_KIB = 1024;

/**
 * Whole pages in `mib` MiB. With pages of 4 KiB this is the specification's `MiB(n) = n << 8`, computed without
 * 32-bit shifts, because a tunable may be as large as 2^32 - 1.
 */
export function pagesFromMib(mib: number, pageBytes: number): number {
  return Math.floor((mib * BYTES_PER_MIB) / pageBytes);
}

/** Whole pages in `kib` KiB. */
export function pagesFromKib(kib: number, pageBytes: number): number {
  return Math.floor((kib * BYTES_PER_KIB) / pageBytes);
}

/** KiB in `pages` pages. */
export function kibFromPages(pages: number, pageBytes: number): number {
  return (pages * pageBytes) / BYTES_PER_KIB;
}

/** Whole MiB in `bytes`, rounded down. */
export function mibFromBytes(bytes: number): number {
  return Math.floor(bytes / BYTES_PER_MIB);
}

/** Whole MiB in `pages` pages, rounded down. */
export function mibFromPages(pages: number, pageBytes: number): number {
  return mibFromBytes(pages * pageBytes);
}
