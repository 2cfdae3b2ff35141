import { parseCount, requireWholeText, restOfLine } from "./kernel-text.ts";

const FILE = "/proc/spl/kstat/zfs/arcstats";

/**
 * What ZFS's cache (ARC) would give back, in bytes: what it holds above the least that it keeps (OpenZFS, module/zfs/arc.c: `size`
 * and `c_min`). It is a cache that MemAvailable does not count. Null if the file does not say.
 * @throws ERR_FORMAT if the text is cut off.
 */
export function parseArcReclaimable(text: string): number | null {
  requireWholeText(FILE, text);
  const [size, least] = [bytesOf(text, "size"), bytesOf(text, "c_min")];
  return size === null || least === null ? null : Math.max(0, size - least);
}

/** A line is a name, the type of its value, and the value. */
function bytesOf(text: string, name: string): number | null {
  return parseCount(/^ *\d+ +(\d+)$/.exec(restOfLine(text, `${name} `) ?? "")?.[1] ?? "");
}
