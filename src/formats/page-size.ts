/** The page sizes that Linux has on the machines it runs on, in bytes. */
export const PAGE_SIZES_BYTES = [4096, 8192, 16_384, 32_768, 65_536] as const;

/** The larger ones that guests with a balloon have (arm64, ppc64, loongarch); 8 and 32 KiB exist on none of these. */
const LARGER_SIZES_BYTES = [16_384, 65_536] as const;

/** An estimate is taken for one of the larger sizes if it is off by this part of it at the most. */
const TOLERANCE = 1 / 4;

/** Linux, include/uapi/linux/auxvec.h: the entry that holds the page size. */
const AT_PAGESZ = 6;

/** The kernel writes some twenty entries of 16 bytes; what follows this is not looked at. */
const MAX_AUXV_BYTES = 4096;

/** How words are written: bytes of each, and whether the lowest byte comes first. A guest may be of another kind than we. */
const LAYOUTS = [
  { wordBytes: 8, isLittleEndian: true },
  { wordBytes: 4, isLittleEndian: true },
  { wordBytes: 8, isLittleEndian: false },
  { wordBytes: 4, isLittleEndian: false },
] as const;

type Layout = (typeof LAYOUTS)[number];

/**
 * The page size in bytes, as the kernel reports it to every program: AT_PAGESZ of `/proc/self/auxv` (Linux,
 * Documentation/filesystems/proc.rst), pairs of machine words. `auxv` has one character for each byte.
 * @returns null if there is no such entry, or one that is no page size.
 */
export function parseAuxvPageBytes(auxv: string): number | null {
  const bytes = auxv.slice(0, MAX_AUXV_BYTES);
  for (const layout of LAYOUTS) {
    const found = findPageBytes(bytes, layout);
    if (found !== null) return found;
  }
  return null;
}

function findPageBytes(bytes: string, layout: Layout): number | null {
  const { wordBytes } = layout;
  for (let at = 0; at + 2 * wordBytes <= bytes.length; at += 2 * wordBytes) {
    if (wordAt(bytes, at, layout) !== AT_PAGESZ) continue;
    const value = wordAt(bytes, at + wordBytes, layout);
    return PAGE_SIZES_BYTES.find((size) => size === value) ?? null;
  }
  return null;
}

/** The word at `at`; of one that does not fit into a number only the size is right, which is enough to tell it apart. */
function wordAt(bytes: string, at: number, { wordBytes, isLittleEndian }: Layout): number {
  let word = 0;
  for (let index = 0; index < wordBytes; index += 1) {
    const offset = isLittleEndian ? wordBytes - 1 - index : index;
    word = word * 256 + bytes.charCodeAt(at + offset);
  }
  return word;
}

/**
 * The page size in bytes where the kernel does not report it: MemTotal by the pages of all zones. The two part for a while
 * when memory is plugged or initialised late, and for good where an old kernel's zones still count what its balloon
 * holds; so it is 4 KiB unless a larger size fits to within a quarter.
 * @returns null if none fits: there are no pages, or far fewer than MemTotal has at any size.
 */
export function estimatePageBytes(memTotalKib: number, managedPages: number): number | null {
  const bytesPerPage = (memTotalKib * 1024) / managedPages;
  const larger = LARGER_SIZES_BYTES.find((size) => Math.abs(bytesPerPage / size - 1) <= TOLERANCE);
  if (larger !== undefined) return larger;
  return bytesPerPage > 0 && bytesPerPage < LARGER_SIZES_BYTES[0] ? PAGE_SIZES_BYTES[0] : null;
}
