import { pagesFromKib } from "../core/units.ts";
import { parseOptional } from "../formats/kernel-text.ts";
import { findKib, type Meminfo } from "../formats/meminfo.ts";
import { parseMmStat } from "../formats/mm-stat.ts";
import { parseNumberFile } from "../formats/number-file.ts";
import { parseSwaps, type SwapArea, zramDeviceOf } from "../formats/swaps.ts";
import type { MachineFiles } from "../machine/files.ts";

/**
 * The compressed swap that this machine has. There may be any number of swap devices, of any priorities: what is stored
 * is the sum over all that compress, and a page on a disk is not stored, whatever lies before that disk.
 */
export interface CompressedSwap {
  /**
   * zswap holds pages, or would: it is enabled, or was turned off with pages in it, and there is swap behind it. That may
   * be zram too; a page is in one of the two.
   */
  readonly zswap: boolean;
  /** The zram devices that are swapped on, whole or in partitions, by name (`zram0`), each once. */
  readonly zramDevices: readonly string[];
}

/** More zram devices than this are told by their number. */
const MAX_NAMES = 4;

const ZSWAP_ENABLED = "/sys/module/zswap/parameters/enabled";
const ZSWAP_STORED_PAGES = "/sys/kernel/debug/zswap/stored_pages";

/** The swap areas that are on; none where the kernel has no swap, or does not report. */
export function swapAreas(files: MachineFiles): readonly SwapArea[] {
  return parseOptional(parseSwaps, files.readIfPossible("/proc/swaps")) ?? [];
}

/** Find what compressed swap there is. */
export function detectCompressedSwap(files: MachineFiles): CompressedSwap {
  const swaps = swapAreas(files);
  const zramDevices = new Set(swaps.flatMap((area) => zramDeviceOf(area) ?? []));
  return { zswap: swaps.length > 0 && isZswapInUse(files), zramDevices: [...zramDevices] };
}

function isZswapInUse(files: MachineFiles): boolean {
  if (files.readIfPossible(ZSWAP_ENABLED)?.trim() === "Y") return true;
  return (findKib(files.readIfPossible("/proc/meminfo") ?? "", "Zswapped") ?? 0) > 0;
}

/** What there is, by name: `zram0`, `zswap`; of many devices the first ones, and how many more. */
export function compressedSwapNames({ zramDevices, zswap }: CompressedSwap): readonly string[] {
  const more = zramDevices.length - MAX_NAMES;
  const names = [...zramDevices.slice(0, MAX_NAMES), ...(more > 0 ? [`${more} more`] : [])];
  return zswap ? [...names, "zswap"] : names;
}

/** Whether there is any: it stands for the driver's `CONFIG_FRONTSWAP` (specification, section 7). */
export function isConfigured(swap: CompressedSwap): boolean {
  return swap.zswap || swap.zramDevices.length > 0;
}

/**
 * Pages held in compressed swap now (specification, section 2); null where none is configured or a part of it can't be
 * told. zswap counts them in meminfo since Linux 5.19 and in debugfs before; what it has written back to its disk is no
 * longer among them. zram is told by `zramStoredPages`.
 */
export function storedPages(
  files: MachineFiles,
  swap: CompressedSwap,
  meminfo: Meminfo,
  pageBytes: number,
): number | null {
  if (!isConfigured(swap)) return null;
  const zramPages = swap.zramDevices.map((name) => zramStoredPages(files, name, pageBytes));
  const parts = swap.zswap ? [...zramPages, zswapStoredPages(files, meminfo, pageBytes)] : zramPages;
  return parts.some((pages) => pages === null) ? null : parts.reduce<number>((sum, pages) => sum + (pages ?? 0), 0);
}

/**
 * Pages held in one zram device: what went in by its `mm_stat`, less what it has written back to a disk, less the page
 * with the header that makes it a swap device. Null if it does not report.
 */
export function zramStoredPages(files: MachineFiles, name: string, pageBytes: number): number | null {
  const statistics = parseOptional(parseMmStat, files.readIfPossible(`/sys/block/${name}/mm_stat`));
  if (statistics === null) return null;
  const bytes = statistics.origDataBytes - writtenBackBytes(files, name);
  return Math.max(0, Math.floor(bytes / pageBytes) - 1);
}

/** The first number of `bd_stat` counts units of 4 KiB (Linux, Documentation/admin-guide/blockdev/zram.rst). */
function writtenBackBytes(files: MachineFiles, name: string): number {
  const digits = /^ *([0-9]{1,12}) /.exec(files.readIfPossible(`/sys/block/${name}/bd_stat`) ?? "")?.[1];
  return Number(digits ?? 0) * 4096;
}

function zswapStoredPages(files: MachineFiles, meminfo: Meminfo, pageBytes: number): number | null {
  if (meminfo.zswappedKib !== null) return pagesFromKib(meminfo.zswappedKib, pageBytes);
  const parse = (text: string): number => parseNumberFile(text, ZSWAP_STORED_PAGES);
  return parseOptional(parse, files.readIfPossible(ZSWAP_STORED_PAGES));
}
