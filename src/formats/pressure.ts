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
  /** All tasks stalled at once; null where the kernel does not have it. */
  readonly full: PressureLine | null;
}

const FILE = "/proc/pressure/memory";

/**
 * Read `/proc/pressure/memory` (Linux, Documentation/accounting/psi.rst).
 * @throws ERR_FORMAT if the text is cut off, has no line `some`, or a line without `avg10` and `total`.
 */
export function parsePressure(text: string): Pressure {
  requireWholeText(FILE, text);
  const some = findLine(text, "some");
  if (some === null) throw formatError(FILE, "a line some", "there is none");
  return { some, full: findLine(text, "full") };
}

function findLine(text: string, name: string): PressureLine | null {
  const rest = restOfLine(text, `${name} `);
  if (rest === null) return null;
  const [, avg10, total] = /^avg10=(100\.00|[0-9]{1,2}\.[0-9]{2}) (?:.+ )?total=([0-9]+)$/.exec(rest) ?? [];
  const totalUs = parseCount(total ?? "");
  if (totalUs === null) throw formatError(FILE, `avg10 and total of ${name}`, `it is ${quote(rest)}`);
  return { avg10: Number(avg10), totalUs };
}
