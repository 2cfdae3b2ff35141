import { formatError, requireCount, requireSum, requireWholeText, restOfLine } from "./kernel-text.ts";

/** The counters of `/proc/vmstat` that are of use here, since boot; `null` where the kernel does not have them. */
export interface Vmstat {
  /** Pages read back soon after they were evicted (`workingset_refault_*`; one counter before Linux 5.9). */
  readonly refaultPages: number | null;
  /** Pages read from swap (`pswpin`). */
  readonly swapInPages: number | null;
  /** Pages written to swap (`pswpout`). */
  readonly swapOutPages: number | null;
  /** Processes that the OOM killer ended (`oom_kill`); since Linux 4.13. */
  readonly oomKills: number | null;
  /** Allocations that had to reclaim memory themselves (`allocstall_*`, a counter for each kind of zone). */
  readonly allocStalls: number | null;
}

const FILE = "/proc/vmstat";

const REFAULTS = ["workingset_refault_anon", "workingset_refault_file", "workingset_refault"];

const ALLOC_STALLS = [
  "allocstall_dma",
  "allocstall_dma32",
  "allocstall_normal",
  "allocstall_high",
  "allocstall_movable",
  "allocstall_device",
  "allocstall",
];

/**
 * Read `/proc/vmstat` (Linux, mm/vmstat.c): a name and a count on every line.
 * @throws ERR_FORMAT if the text is cut off, has none of these counters, or one that is no whole number.
 */
export function parseVmstat(text: string): Vmstat {
  requireWholeText(FILE, text);
  const vmstat = {
    refaultPages: sumOf(text, REFAULTS),
    swapInPages: sumOf(text, ["pswpin"]),
    swapOutPages: sumOf(text, ["pswpout"]),
    oomKills: sumOf(text, ["oom_kill"]),
    allocStalls: sumOf(text, ALLOC_STALLS),
  };
  if (Object.values(vmstat).every((count) => count === null))
    throw formatError(FILE, "counters", "it has none of ours");
  return vmstat;
}

/** The sum of those counters that are there, or null if none is. */
function sumOf(text: string, names: readonly string[]): number | null {
  const counts = names.flatMap((name) => {
    const digits = restOfLine(text, `${name} `);
    return digits === null ? [] : [requireCount(FILE, name, digits)];
  });
  return counts.length === 0 ? null : requireSum(FILE, names.join(" + "), counts);
}
