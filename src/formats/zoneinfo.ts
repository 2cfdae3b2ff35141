import { formatError, requireCount, requireSum, requireWholeText } from "./kernel-text.ts";
import { PAGE_SIZES_BYTES } from "./page-size.ts";

/** What `/proc/zoneinfo` says of the whole machine, in pages. */
export interface Zoneinfo {
  /** What the kernel keeps for itself (specification, section 2). */
  readonly totalreservePages: number;
  /** One past the highest page frame; fixed at boot. */
  readonly maxPfn: number;
  /** Pages that the page allocator owns now, the balloon already taken off: MemTotal in pages. */
  readonly managedPages: number;
}

interface Zone {
  readonly reservePages: number;
  readonly managedPages: number;
  readonly endPfn: number | null;
}

const FILE = "/proc/zoneinfo";

/**
 * Read `/proc/zoneinfo` (Linux, mm/vmstat.c). Every zone is a block of lines that starts with `Node N, zone NAME`.
 * Zones without pages have no `start_pfn`, and what they span is not RAM: they do not count for `maxPfn`.
 * @throws ERR_FORMAT if there is no zone, or one lacks a line that the kernel always writes.
 */
export function parseZoneinfo(text: string): Zoneinfo {
  requireWholeText(FILE, text);
  const zones = text.split(/^(?=Node )/m).flatMap((block) => (block.startsWith("Node ") ? [parseZone(block)] : []));
  const endPfns = zones.flatMap((zone) => zone.endPfn ?? []);
  if (endPfns.length === 0) throw formatError(FILE, "a zone with pages", "there is none");
  return {
    totalreservePages: requireSum(
      FILE,
      "the reserve of all zones",
      zones.map((zone) => zone.reservePages),
    ),
    maxPfn: endPfns.reduce((highest, pfn) => Math.max(highest, pfn), 0),
    managedPages: requireSum(
      FILE,
      "managed of all zones",
      zones.map((zone) => zone.managedPages),
    ),
  };
}

/**
 * The page size in bytes: MemTotal by the pages of all zones, at the power of two that it must be. The two are read a
 * moment apart and a balloon may move meanwhile, so a quarter more or less is taken.
 * @throws ERR_FORMAT if the two do not fit together.
 */
export function pageBytesFrom(memTotalKib: number, managedPages: number): number {
  const bytesPerPage = (memTotalKib * 1024) / managedPages;
  const pageBytes = PAGE_SIZES_BYTES.find((size) => Math.abs(bytesPerPage / size - 1) <= 0.25);
  if (pageBytes !== undefined) return pageBytes;
  const expected = "as many managed pages as MemTotal makes at 4 to 64 KiB each";
  throw formatError(FILE, expected, `it has ${managedPages} for ${memTotalKib} KiB`);
}

// The colon tells a zone's watermark (`high     962`) from that of a processor's page list (`high:  802`).
const LINES = {
  high: /^ +high +(.+)$/m,
  spanned: /^ +spanned +(.+)$/m,
  present: /^ +present +(.+)$/m,
  managed: /^ +managed +(.+)$/m,
  protection: /^ +protection: +\((.+)\)$/m,
  start_pfn: /^ +start_pfn: +(.+)$/m,
} as const;

type Line = keyof typeof LINES;

function parseZone(block: string): Zone {
  const managedPages = count(block, "managed");
  const reservePages = Math.min(managedPages, largestProtection(block) + count(block, "high"));
  const populated = count(block, "present") > 0;
  const startPfn = populated || LINES.start_pfn.test(block) ? count(block, "start_pfn") : null;
  if (startPfn === null) return { reservePages, managedPages, endPfn: null };
  const endPfn = requireSum(FILE, "start_pfn + spanned", [startPfn, count(block, "spanned")]);
  return { reservePages, managedPages, endPfn };
}

function largestProtection(block: string): number {
  const values = line(block, "protection").split(", ");
  return values.reduce((largest, value) => Math.max(largest, requireCount(FILE, "protection", value)), 0);
}

function count(block: string, name: Line): number {
  return requireCount(FILE, name, line(block, name));
}

function line(block: string, name: Line): string {
  const value = LINES[name].exec(block)?.[1];
  if (value === undefined) throw formatError(FILE, `a line ${name} in every zone`, "one has none");
  return value;
}
