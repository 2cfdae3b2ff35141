import type { Finding } from "../core/finding.ts";
import { parseMeminfo } from "../formats/meminfo.ts";
import { parseSwaps, type SwapArea } from "../formats/swaps.ts";
import type { MachineFiles } from "../machine/files.ts";
import {
  type CompressedSwap,
  compressedSwapNames,
  detectCompressedSwap,
  isConfigured,
  zramDeviceOf,
} from "./compressed-swap.ts";
import { examineReturn } from "./return-advice.ts";

const KIB_PER_MIB = 1024;

/** The highest priority that `swapon -p` takes. */
const HIGHEST_PRIORITY = 32_767;

/**
 * The driver's system requirement (specification, section 7, rule 5): swap of at least the guest's memory, and
 * compressed swap in front of it; and what bringing pages back needs on this machine.
 */
export function examineSwap(files: MachineFiles): readonly Finding[] {
  const text = files.readIfThere("/proc/meminfo");
  if (text === null) return [{ level: "fail", what: `There is no ${files.resolve("/proc/meminfo")}.`, remedy: "" }];
  const { memTotalKib, swapTotalKib } = parseMeminfo(text);
  const ramMib = Math.ceil(memTotalKib / KIB_PER_MIB);
  const swap = detectCompressedSwap(files);
  const sizes = [
    swapSize(ramMib, Math.floor((swapTotalKib ?? 0) / KIB_PER_MIB)),
    largestAllocation(memTotalKib, swapTotalKib),
  ];
  if (!isConfigured(swap)) return [...sizes, noCompressedSwap(files, ramMib)];
  const areas = parseSwapsIfThere(files);
  return [...sizes, compressedSwap(swap), ...order(swap, areas), ...examineReturn(files, swap)];
}

function swapSize(ramMib: number, swapMib: number): Finding {
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

/** With heuristic overcommit (vm.overcommit_memory 0) the kernel refuses more than RAM and swap in one piece. */
function largestAllocation(memTotalKib: number, swapTotalKib: number | null): Finding {
  const mostMib = Math.floor((memTotalKib + (swapTotalKib ?? 0)) / KIB_PER_MIB);
  const what = `A program may ask for at most ${mostMib} MiB in one piece now; the guard keeps that above guard_allocatable_mb.`;
  return { level: "info", what, remedy: "" };
}

function compressedSwap(swap: CompressedSwap): Finding {
  return { level: "ok", what: `Compressed swap is in use: ${compressedSwapNames(swap).join(", ")}.`, remedy: "" };
}

/** zswap where there is a disk for it to lie before, zram otherwise. */
function noCompressedSwap(files: MachineFiles, ramMib: number): Finding {
  const hasDisk = parseSwapsIfThere(files).length > 0;
  const hasZswap = files.readIfThere("/sys/module/zswap/parameters/enabled") !== null;
  const zram = `modprobe zram && echo ${ramMib}M >/sys/block/zram0/disksize && mkswap /dev/zram0 && swapon -p 100 /dev/zram0`;
  const zswap =
    "echo Y >/sys/module/zswap/parameters/enabled   (for good: zswap.enabled=1 on the kernel's command line)";
  return {
    level: "warn",
    what: "No compressed swap is in use, so selfballooning is off unless it is asked for, and there is no self-shrinking.",
    remedy: hasDisk && hasZswap ? zswap : zram,
  };
}

/** The compressed device must be filled first, and zswap has no business before zram. */
function order({ zswap, zramDevices }: CompressedSwap, areas: readonly SwapArea[]): readonly Finding[] {
  const onDisk = areas.filter(({ path }) => zramDeviceOf(path) === null);
  if (zswap && onDisk.length > 0) return [];
  if (zswap) {
    const what = "zswap lies before zram: what zswap no longer holds is unpacked and packed again.";
    return [{ level: "warn", what, remedy: "echo N >/sys/module/zswap/parameters/enabled" }];
  }
  const highestOnDisk = Math.max(...onDisk.map(({ priority }) => priority));
  const late = areas.filter(({ path, priority }) => zramDeviceOf(path) !== null && priority <= highestOnDisk);
  if (late.length === 0) return [];
  const priority = Math.min(HIGHEST_PRIORITY, Math.max(highestOnDisk, 0) + 100);
  return [
    {
      level: "warn",
      what: `A disk is swapped to before ${zramDevices.join(", ")}, so the compressed swap is of little use.`,
      remedy: late.map(({ path }) => `swapoff ${path} && swapon -p ${priority} ${path}`).join("; "),
    },
  ];
}

function parseSwapsIfThere(files: MachineFiles): readonly SwapArea[] {
  const text = files.readIfThere("/proc/swaps");
  return text === null ? [] : parseSwaps(text);
}
