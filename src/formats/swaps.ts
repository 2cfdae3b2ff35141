import { formatError, parseCount, quote, requireWholeText } from "./kernel-text.ts";
import { decodeOctal } from "./octal.ts";

/** The highest priority that `swapon -p` takes. */
export const HIGHEST_PRIORITY = 32_767;

/** One swap device or file that is in use. */
export interface SwapArea {
  /** The device's or file's path; a file that was deleted ends in ` (deleted)`. */
  readonly path: string;
  /** `other` is what no kernel swaps to: lxcfs shows a container's swap as one area of the type `virtual`. */
  readonly type: "partition" | "file" | "other";
  readonly sizeKib: number;
  readonly usedKib: number;
  /** The highest is filled first. Below zero if nobody chose it. */
  readonly priority: number;
}

const FILE = "/proc/swaps";

/** The kernel allows 32 at the most (`MAX_SWAPFILES`). */
const MAX_AREAS = 32;

/**
 * Read `/proc/swaps` (Linux, mm/swapfile.c): a headline, then a line for each area; none if there is no swap. Some
 * containers have an empty file. A line that is no swap area is passed over.
 * @throws ERR_FORMAT if the text is cut off, or does not start with the headline.
 */
export function parseSwaps(text: string): readonly SwapArea[] {
  if (text === "") return [];
  requireWholeText(FILE, text);
  if (!text.startsWith("Filename")) throw formatError(FILE, "a headline", `it starts with ${quote(text)}`);
  const [, ...lines] = text.trimEnd().split("\n", MAX_AREAS + 1);
  return lines.flatMap((line) => parseArea(line) ?? []);
}

function parseArea(line: string): SwapArea | null {
  const [, path = "", type, size = "", used = "", priority] =
    /^(\S+)\s+([a-z]{1,16})\s+(\d+)\s+(\d+)\s+(-?\d{1,5})$/.exec(line) ?? [];
  const sizeKib = parseCount(size);
  const usedKib = parseCount(used);
  if (sizeKib === null || usedKib === null || usedKib > sizeKib) return null;
  return {
    path: decodeOctal(path),
    type: type === "partition" || type === "file" ? type : "other",
    sizeKib,
    usedKib,
    priority: Number(priority),
  };
}

/**
 * The zram device that a swap area lies on, `zram0`; null if it lies elsewhere. The kernel shows the path `/zram0` where a
 * service with a file tree of its own swapped it on and has ended since: with it went the mount that was `/dev`.
 */
export function zramDeviceOf({ path, type }: Pick<SwapArea, "path" | "type">): string | null {
  if (type !== "partition") return null;
  return /^(?:\/dev)?\/(zram[0-9]{1,4})(?:p[0-9]{1,3})?$/.exec(path)?.[1] ?? null;
}
