import { formatError, requireCount, requireSum, requireWholeText } from "./kernel-text.ts";

/** What `/proc/zoneinfo` says of the whole machine, in pages. */
export interface Zoneinfo {
  /** What the kernel keeps for itself (specification, section 2). */
  readonly totalreservePages: number;
  /** The low watermarks of all zones, below which the kernel begins to reclaim. */
  readonly lowPages: number;
  /** One past the highest page frame; fixed at boot. */
  readonly maxPfn: number;
  /**
   * Pages that the page allocator owns now, the balloon already taken off: MemTotal in pages. Kernels before Linux 3.11
   * do not take the balloon off.
   */
  readonly managedPages: number;
}

/** What readings are made of. */
export type ZoneFigures = Omit<Zoneinfo, "managedPages">;

/** The reserve is taken for 1/16 of the machine, at most 128 MiB. */
const RESERVE_DIVISOR = 16;
const MAX_RESERVE_BYTES = 128 * 1_048_576;

/**
 * What stands for the zones of a machine of `bytes` where they can't be read. The reserve errs toward giving memory:
 * Linux's own defaults stay below it (mm/page_alloc.c and mm/khugepaged.c: low memory's 5 % or 66 MiB as the minimum, half
 * more as the high watermark). The highest page frame is taken for the machine's size.
 */
export function estimateZones(bytes: number, pageBytes: number): ZoneFigures {
  const reservePages = Math.floor(Math.min(bytes / RESERVE_DIVISOR, MAX_RESERVE_BYTES) / pageBytes);
  return { totalreservePages: reservePages, lowPages: reservePages, maxPfn: Math.floor(bytes / pageBytes) };
}

interface Zone {
  readonly reservePages: number;
  readonly lowPages: number;
  readonly managedPages: number;
  readonly endPfn: number | null;
}

const FILE = "/proc/zoneinfo";

/**
 * Read `/proc/zoneinfo` (Linux, mm/vmstat.c). Every zone is a block of lines that starts with `Node N, zone NAME`;
 * blocks of another name are passed over. Zones without pages have no `start_pfn`, and what they span is not RAM: they do
 * not count for `maxPfn`.
 * @throws ERR_FORMAT if there is no zone, or one lacks a line that the kernel always writes.
 */
export function parseZoneinfo(text: string): Zoneinfo {
  requireWholeText(FILE, text);
  const zones = text.split(/^(?=Node )/m).flatMap((block) => (IS_ZONE.test(block) ? [parseZone(block)] : []));
  const endPfns = zones.flatMap((zone) => zone.endPfn ?? []);
  if (endPfns.length === 0) throw formatError(FILE, "a zone with pages", "there is none");
  const sum = (field: string, pagesOf: (zone: Zone) => number): number =>
    requireSum(FILE, `${field} of all zones`, zones.map(pagesOf));
  return {
    totalreservePages: sum("the reserve", (zone) => zone.reservePages),
    lowPages: sum("low", (zone) => zone.lowPages),
    maxPfn: endPfns.reduce((highest, pfn) => Math.max(highest, pfn), 0),
    managedPages: sum("managed", (zone) => zone.managedPages),
  };
}

const IS_ZONE = /^Node [0-9]+, zone /;

// The colon tells a zone's watermark (`high     962`) from that of a processor's page list (`high:  802`).
const LINES = {
  boost: /^ +boost +(.+)$/m,
  low: /^ +low +(.+)$/m,
  high: /^ +high +(.+)$/m,
  spanned: /^ +spanned +(.+)$/m,
  present: /^ +present +(.+)$/m,
  managed: /^ +managed +(.+)$/m,
  protection: /^ +protection: +\((.+)\)$/m,
  start_pfn: /^ +start_pfn: +(.+)$/m,
} as const;

type Line = keyof typeof LINES;

function parseZone(block: string): Zone {
  // Before Linux 3.9 there was no `managed`, and `present` left out what `managed` leaves out since.
  const managedPages = countIfThere(block, "managed") ?? count(block, "present");
  // What a fragmented zone adds to its watermarks for a while is shown in them, but the kernel computes its reserve while
  // there is none (Linux, mm/page_alloc.c: __setup_per_zone_wmarks). Linux 5.0 to 5.10 do not show how much it is.
  const boostPages = countIfThere(block, "boost") ?? 0;
  const watermark = (name: "low" | "high"): number => Math.max(0, count(block, name) - boostPages);
  const reservePages = Math.min(managedPages, largestProtection(block) + watermark("high"));
  const lowPages = watermark("low");
  const populated = count(block, "present") > 0;
  const startPfn = populated || LINES.start_pfn.test(block) ? count(block, "start_pfn") : null;
  if (startPfn === null) return { reservePages, lowPages, managedPages, endPfn: null };
  const endPfn = requireSum(FILE, "start_pfn + spanned", [startPfn, count(block, "spanned")]);
  return { reservePages, lowPages, managedPages, endPfn };
}

function largestProtection(block: string): number {
  const values = line(block, "protection").split(", ");
  return values.reduce((largest, value) => Math.max(largest, requireCount(FILE, "protection", value)), 0);
}

function count(block: string, name: Line): number {
  return requireCount(FILE, name, line(block, name));
}

function countIfThere(block: string, name: Line): number | null {
  return LINES[name].test(block) ? count(block, name) : null;
}

function line(block: string, name: Line): string {
  const value = LINES[name].exec(block)?.[1];
  if (value === undefined) throw formatError(FILE, `a line ${name} in every zone`, "one has none");
  return value;
}
