import { pagesFromKib } from "../core/units.ts";
import type { Meminfo } from "../formats/meminfo.ts";
import { parseMmStat } from "../formats/mm-stat.ts";
import { parseNumberFile } from "../formats/number-file.ts";
import { parseSwaps } from "../formats/swaps.ts";
import type { MachineFiles } from "../machine/files.ts";

/** The compressed swap that this machine has. */
export interface CompressedSwap {
  /** zswap is enabled in front of a swap device. */
  readonly zswap: boolean;
  /** The zram devices that are swapped on, by name (`zram0`). */
  readonly zramDevices: readonly string[];
}

const ZSWAP_ENABLED = "/sys/module/zswap/parameters/enabled";
const ZSWAP_STORED_PAGES = "/sys/kernel/debug/zswap/stored_pages";

/** Find compressed swap: zswap that is enabled with swap behind it, and zram devices that are swapped on. */
export function detectCompressedSwap(files: MachineFiles): CompressedSwap {
  const text = files.readIfThere("/proc/swaps");
  const swaps = text === null ? [] : parseSwaps(text);
  const zramDevices = swaps.flatMap(({ path }) => /^\/dev\/(zram[0-9]{1,4})$/.exec(path)?.[1] ?? []);
  const enabled = files.readIfThere(ZSWAP_ENABLED)?.trim() === "Y";
  return { zswap: enabled && swaps.length > zramDevices.length, zramDevices };
}

/** Whether there is any: it stands for the driver's `CONFIG_FRONTSWAP` (specification, section 7). */
export function isConfigured(swap: CompressedSwap): boolean {
  return swap.zswap || swap.zramDevices.length > 0;
}

/**
 * Pages held in compressed swap now (specification, section 2); null where none is configured. zswap counts them in
 * meminfo since Linux 5.19 and in debugfs before; zram's `mm_stat` has the bytes that went in.
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

function zramStoredPages(files: MachineFiles, name: string, pageBytes: number): number | null {
  const text = files.readIfThere(`/sys/block/${name}/mm_stat`);
  return text === null ? null : Math.floor(parseMmStat(text).origDataBytes / pageBytes);
}

function zswapStoredPages(files: MachineFiles, meminfo: Meminfo, pageBytes: number): number | null {
  if (meminfo.zswappedKib !== null) return pagesFromKib(meminfo.zswappedKib, pageBytes);
  const text = files.readIfThere(ZSWAP_STORED_PAGES);
  return text === null ? null : parseNumberFile(text, ZSWAP_STORED_PAGES);
}
