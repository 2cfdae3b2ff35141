import { requireCount, requireWholeText } from "./kernel-text.ts";

/** Memory statistics of one zram device. */
export interface MmStat {
  /** What went in, uncompressed. */
  readonly origDataBytes: number;
}

const FILE = "/sys/block/zram*/mm_stat";

/**
 * Read a zram device's `mm_stat` (Linux, Documentation/admin-guide/blockdev/zram.rst): one line of counts, to which
 * later kernels add more at the end. Only the first, `orig_data_size`, is of use here.
 * @throws ERR_FORMAT if it is not there or no whole number.
 */
export function parseMmStat(text: string): MmStat {
  requireWholeText(FILE, text);
  const [orig = ""] = text.trim().split(/ +/, 1);
  return { origDataBytes: requireCount(FILE, "orig_data_size", orig) };
}
