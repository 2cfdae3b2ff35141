import { requireCount, requireWholeText } from "./kernel-text.ts";

/** Memory statistics of one zram device. */
export interface MmStat {
  /** What went in, uncompressed. */
  readonly origDataBytes: number;
  readonly comprDataBytes: number;
  /** RAM that the device uses for it, its own overhead included. */
  readonly memUsedBytes: number;
  /** The most RAM that it may use; 0 if there is no limit. */
  readonly memLimitBytes: number;
}

const FILE = "/sys/block/zram*/mm_stat";

/**
 * Read a zram device's `mm_stat` (Linux, Documentation/admin-guide/blockdev/zram.rst): one line of counts, to which
 * later kernels add more at the end.
 * @throws ERR_FORMAT if one of the first four is not there or no whole number.
 */
export function parseMmStat(text: string): MmStat {
  requireWholeText(FILE, text);
  const [orig = "", compr = "", used = "", limit = ""] = text.trim().split(/ +/, 4);
  return {
    origDataBytes: requireCount(FILE, "orig_data_size", orig),
    comprDataBytes: requireCount(FILE, "compr_data_size", compr),
    memUsedBytes: requireCount(FILE, "mem_used_total", used),
    memLimitBytes: requireCount(FILE, "mem_limit", limit),
  };
}
