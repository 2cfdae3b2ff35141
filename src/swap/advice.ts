import type { Finding } from "../core/finding.ts";
import { parseMeminfo } from "../formats/meminfo.ts";
import type { MachineFiles } from "../machine/files.ts";
import { detectCompressedSwap, isConfigured } from "./compressed-swap.ts";

const KIB_PER_MIB = 1024;

/**
 * The driver's system requirement (specification, section 7, rule 5): swap of at least the guest's memory, and
 * compressed swap in front of it.
 */
export function examineSwap(files: MachineFiles): readonly Finding[] {
  const text = files.readIfThere("/proc/meminfo");
  if (text === null) return [{ level: "fail", what: `There is no ${files.resolve("/proc/meminfo")}.`, remedy: "" }];
  const { memTotalKib, swapTotalKib } = parseMeminfo(text);
  return [swapSize(memTotalKib, swapTotalKib), compressedSwap(files)];
}

function swapSize(memTotalKib: number, swapTotalKib: number | null): Finding {
  const ramMib = Math.ceil(memTotalKib / KIB_PER_MIB);
  const swapMib = Math.floor((swapTotalKib ?? 0) / KIB_PER_MIB);
  const sizes = `${swapMib} MiB of swap for ${ramMib} MiB of RAM`;
  if (swapMib >= ramMib) return { level: "ok", what: `There are ${sizes}.`, remedy: "" };
  return {
    level: "warn",
    what:
      `There are ${sizes}; there should be at least as much swap as RAM. A guest whose balloon is inflated refuses ` +
      "allocations larger than the RAM and swap it has left, and a burst may end in an OOM kill.",
    remedy: `fallocate -l ${ramMib}M /swapfile && chmod 600 /swapfile && mkswap /swapfile && swapon /swapfile`,
  };
}

function compressedSwap(files: MachineFiles): Finding {
  const swap = detectCompressedSwap(files);
  if (isConfigured(swap)) {
    const parts = [...swap.zramDevices, ...(swap.zswap ? ["zswap"] : [])];
    return { level: "ok", what: `Compressed swap is in use: ${parts.join(", ")}.`, remedy: "" };
  }
  return {
    level: "warn",
    what: "No compressed swap is in use, so selfballooning is off unless it is asked for, and there is no self-shrinking.",
    remedy: "With swap on a disk: echo Y > /sys/module/zswap/parameters/enabled. Without: apt install zram-tools.",
  };
}
