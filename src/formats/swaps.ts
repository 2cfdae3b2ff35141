import { formatError, parseCount, quote, requireWholeText } from "./kernel-text.ts";
import { decodeOctal } from "./octal.ts";

/** The highest priority that `swapon -p` takes. */
export const HIGHEST_PRIORITY = 32_767;

/** One swap device or file that is in use. */
export interface SwapArea {
  /** The device's or file's path; a file that was deleted ends in ` (deleted)`. */
  readonly path: string;
  readonly type: "partition" | "file";
  readonly sizeKib: number;
  readonly usedKib: number;
  /** The highest is filled first. Below zero if nobody chose it. */
  readonly priority: number;
}

const FILE = "/proc/swaps";

/** The kernel allows 32 at the most (`MAX_SWAPFILES`). */
const MAX_AREAS = 32;

/**
 * Read `/proc/swaps` (Linux, mm/swapfile.c): a headline, then a line for each area; none if there is no swap.
 * @throws ERR_FORMAT if the text is cut off, does not start with the headline, or has a line that is no swap area.
 */
export function parseSwaps(text: string): readonly SwapArea[] {
  requireWholeText(FILE, text);
  if (!text.startsWith("Filename")) throw formatError(FILE, "a headline", `it starts with ${quote(text)}`);
  const [, ...lines] = text.trimEnd().split("\n", MAX_AREAS + 2);
  if (lines.length > MAX_AREAS) throw formatError(FILE, `at most ${MAX_AREAS} swap areas`, "it has more");
  return lines.map(parseArea);
}

function parseArea(line: string): SwapArea {
  const [, path = "", type, size = "", used = "", priority] =
    /^(\S+)\s+(partition|file)\s+(\d+)\s+(\d+)\s+(-?\d{1,5})$/.exec(line) ?? [];
  const sizeKib = parseCount(size);
  const usedKib = parseCount(used);
  if (sizeKib === null || usedKib === null) throw formatError(FILE, "a swap area a line", `one is ${quote(line)}`);
  return {
    path: decodeOctal(path),
    type: type === "file" ? "file" : "partition",
    sizeKib,
    usedKib,
    priority: Number(priority),
  };
}
