import { SelfballoonError } from "../core/errors.ts";
import { BYTES_PER_KIB } from "../core/units.ts";
import { parseCount, restsOfLines } from "../formats/kernel-text.ts";
import { parseZoneinfo } from "../formats/zoneinfo.ts";
import type { MachineFiles } from "../machine/files.ts";
import { ownPageBytes } from "../machine/own-kernel.ts";

/**
 * The RAM that this machine was built for, in KiB: the pages that its zones have, those that a balloon took included, which
 * are no longer managed (Linux, mm/page_alloc.c: adjust_managed_page_count). `memTotalKib` where that can't be read.
 */
export function builtFor(files: MachineFiles, memTotalKib: number): number {
  try {
    const text = files.read("/proc/zoneinfo");
    const pageBytes = ownPageBytes(files, { memTotalKib }, parseZoneinfo(text));
    const counts = restsOfLines(text, "        present ").map((rest) => parseCount(rest.trim()));
    const presentPages = counts.reduce<number>((sum, pages) => sum + (pages ?? 0), 0);
    return Math.max(memTotalKib, (presentPages * pageBytes) / BYTES_PER_KIB);
  } catch (thrown) {
    if (!(thrown instanceof SelfballoonError)) throw thrown;
    return memTotalKib;
  }
}
