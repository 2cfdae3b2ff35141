import { selfballoonError } from "../core/errors.ts";
import { pagesFromMib } from "../core/units.ts";
import { PAGE_BYTES } from "./watermarks.ts";
import type { Workload } from "./workload.ts";

/** One row of a demand trace. */
export interface TracePoint {
  readonly seconds: number;
  readonly anonPages: number;
  readonly cachePages: number;
  readonly committedPages: number;
}

const MAX_ROWS = 100_000;
const MAX_LINE_CHARS = 200;
/** 10 years, and 16 TiB in MiB. */
const MAX_SECONDS = 315_360_000;
const MAX_MIB = 16_777_216;
const HEADER = "time_s,anon_mib,cache_mib";
const NUMBER = /^\d{1,12}(\.\d{1,9})?$/;

/**
 * Read a demand trace: the header `time_s,anon_mib,cache_mib[,committed_mib]`, then rows of decimal numbers with rising
 * times. Without the last column what is committed is what is used. Throws ERR_FORMAT, which names the line.
 */
export function parseTrace(text: string): readonly TracePoint[] {
  const points: TracePoint[] = [];
  let columns = 0;
  let lineNumber = 0;
  for (const line of linesOf(text)) {
    lineNumber += 1;
    const fail = (problem: string): never => failAt(lineNumber, problem);
    if (line.length > MAX_LINE_CHARS) fail(`is longer than ${MAX_LINE_CHARS} characters`);
    if (lineNumber === 1) columns = parseHeader(line, fail);
    else if (line !== "") points.push(parseRow(line, columns, points.at(-1)?.seconds ?? -1, fail));
    if (points.length > MAX_ROWS) fail(`is beyond the ${MAX_ROWS} rows that are read`);
  }
  if (points.length === 0) failAt(lineNumber, "is the last, and there is no row of numbers");
  return points;
}

type Fail = (problem: string) => never;

function failAt(lineNumber: number, problem: string): never {
  throw selfballoonError("ERR_FORMAT", {
    what: "a demand trace",
    expected: `the header ${HEADER}[,committed_mib] and rows of numbers`,
    problem: `line ${lineNumber} ${problem}`,
  });
}

/** The lines of `text`, without building an array of them all. */
function* linesOf(text: string): Generator<string> {
  let start = 0;
  while (start <= text.length) {
    const found = text.indexOf("\n", start);
    const end = found === -1 ? text.length : found;
    yield text.slice(start, text[end - 1] === "\r" ? Math.max(start, end - 1) : end);
    start = end + 1;
  }
}

function parseHeader(line: string, fail: Fail): number {
  if (line === HEADER) return 3;
  if (line === `${HEADER},committed_mib`) return 4;
  return fail("is no such header");
}

function parseRow(line: string, columns: number, lastSeconds: number, fail: Fail): TracePoint {
  const fields = line.split(",");
  if (fields.length !== columns) fail(`has ${fields.length} fields instead of ${columns}`);
  const numberAt = (index: number, max: number): number => {
    const field = fields[index] ?? "";
    const value = NUMBER.test(field) ? Number(field) : Number.NaN;
    return value <= max ? value : fail(`has a field ${index + 1} that is no number from 0 to ${max}`);
  };
  const pagesAt = (index: number): number => pagesFromMib(numberAt(index, MAX_MIB), PAGE_BYTES);
  const seconds = numberAt(0, MAX_SECONDS);
  if (seconds <= lastSeconds) fail("is not later than the row before");
  const anonPages = pagesAt(1);
  return { seconds, anonPages, cachePages: pagesAt(2), committedPages: columns === 4 ? pagesAt(3) : anonPages };
}

/**
 * `count` loads that follow a trace together, each with its part of it: straight lines between the points, the first one
 * before them and the last one after. `hotShare` of the cache is read again and again; what else the cache grows by is
 * read once.
 */
export function createTraceLoads(points: readonly TracePoint[], count: number, hotShare: number): readonly Workload[] {
  const load: Workload = {
    name: "trace",
    hotShare: 0.8,
    touchSeconds: 10,
    demandAt(seconds, _ageSeconds, demand) {
      const next = indexAfter(points, seconds);
      const to = points[Math.min(next, points.length - 1)];
      const from = points[Math.max(0, next - 1)] ?? to;
      if (from === undefined || to === undefined) return;
      const spanSeconds = to.seconds - from.seconds;
      const share = spanSeconds > 0 ? Math.max(0, (seconds - from.seconds) / spanSeconds) : 0;
      const between = (name: "anonPages" | "cachePages" | "committedPages"): number =>
        (from[name] + (to[name] - from[name]) * share) / count;
      demand.anonPages = between("anonPages");
      demand.cachePages = between("cachePages") * hotShare;
      demand.committedPages = between("committedPages");
      const grownPages = spanSeconds > 0 && share > 0 ? Math.max(0, to.cachePages - from.cachePages) / count : 0;
      demand.streamPagesPerSecond = grownPages === 0 ? 0 : ((1 - hotShare) * grownPages) / spanSeconds;
    },
  };
  return Array.from({ length: count }, () => load);
}

/** Index of the first point later than `seconds`, by halving. */
function indexAfter(points: readonly TracePoint[], seconds: number): number {
  let low = 0;
  let high = points.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((points[middle]?.seconds ?? Number.POSITIVE_INFINITY) <= seconds) low = middle + 1;
    else high = middle;
  }
  return low;
}
