import { formatError, parseCount, quote, requireWholeText, restOfLine } from "./kernel-text.ts";

/** One line of pressure: the time in which tasks stalled. */
interface PressureLine {
  /** Share of the last ten seconds, in percent (0 to 100); the kernel renews it every 2 s. */
  readonly avg10: number;
  /** Since boot, in microseconds; always up to date. */
  readonly totalUs: number;
}

/** Pressure stall information (PSI) of one resource. */
export interface Pressure {
  /** At least one task stalled. */
  readonly some: PressureLine;
  /** All tasks stalled at once; null where the kernel does not have it, or says something else there. */
  readonly full: PressureLine | null;
}

const FILE = "/proc/pressure/memory";

/**
 * Read `/proc/pressure/memory` (Linux, Documentation/accounting/psi.rst).
 * @throws ERR_FORMAT if the text is cut off, or has no line `some` with `avg10` and `total`.
 */
export function parsePressure(text: string): Pressure {
  requireWholeText(FILE, text);
  const some = restOfLine(text, "some ");
  if (some === null) throw formatError(FILE, "a line some", "there is none");
  const line = parseLine(some);
  if (line === null) throw formatError(FILE, "avg10 and total of some", `it is ${quote(some)}`);
  return { some: line, full: parseLine(restOfLine(text, "full ") ?? "") };
}

function parseLine(rest: string): PressureLine | null {
  const [, avg10, total] = /^avg10=(100\.00|[0-9]{1,2}\.[0-9]{2}) (?:.+ )?total=([0-9]+)$/.exec(rest) ?? [];
  const totalUs = parseCount(total ?? "");
  return totalUs === null ? null : { avg10: Number(avg10), totalUs };
}
