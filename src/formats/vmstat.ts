import { formatError, MAX_COUNT, parseCount, requireWholeText, restOfLine, restsOfLines } from "./kernel-text.ts";

/** The counters of `/proc/vmstat` that are of use here, since boot; `null` where the kernel does not report a count. */
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

/**
 * Read `/proc/vmstat` (Linux, mm/vmstat.c): a name and a count on every line.
 * @throws ERR_FORMAT if the text is cut off, or tells none of these counters.
 */
export function parseVmstat(text: string): Vmstat {
  requireWholeText(FILE, text);
  const vmstat = {
    refaultPages: sumOf(text, "workingset_refault"),
    swapInPages: countOf(text, "pswpin"),
    swapOutPages: countOf(text, "pswpout"),
    oomKills: countOf(text, "oom_kill"),
    allocStalls: sumOf(text, "allocstall"),
  };
  if (Object.values(vmstat).every((count) => count === null))
    throw formatError(FILE, "counters", "it has none of ours");
  return vmstat;
}

function countOf(text: string, name: string): number | null {
  return parseCount(restOfLine(text, `${name} `) ?? "");
}

/**
 * The sum of the counter `name` and of those that only add to its name, as `name_file` does; null if none is there, or
 * one of them has no count.
 */
function sumOf(text: string, name: string): number | null {
  const counts = restsOfLines(text, name).flatMap((rest) => {
    const space = rest.indexOf(" ");
    const suffix = rest.slice(0, space);
    const isOurs = suffix === "" || suffix.startsWith("_");
    return isOurs ? [parseCount(rest.slice(space + 1))] : [];
  });
  if (counts.length === 0) return null;
  const sum = counts.reduce<number>((total, count) => total + (count ?? Number.NaN), 0);
  return sum <= MAX_COUNT ? sum : null;
}
