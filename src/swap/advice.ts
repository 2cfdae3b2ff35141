import type { Finding } from "../core/finding.ts";
import { parseMeminfo } from "../formats/meminfo.ts";
import type { MachineFiles } from "../machine/files.ts";
import { detectCompressedSwap, isConfigured, swapAreas } from "./compressed-swap.ts";
import { examineDevices } from "./device-rules.ts";
import { examineReturn } from "./return-advice.ts";

const KIB_PER_MIB = 1024;

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
  return [...sizes, ...examineDevices(files, swap), ...examineReturn(files, swap)];
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

/** zswap where there is a disk for it to lie before, zram otherwise. */
function noCompressedSwap(files: MachineFiles, ramMib: number): Finding {
  const hasDisk = swapAreas(files).length > 0;
  const hasZswap = files.readIfPossible("/sys/module/zswap/parameters/enabled") !== null;
  const zram = `modprobe zram && echo ${ramMib}M >/sys/block/zram0/disksize && mkswap /dev/zram0 && swapon -p 100 /dev/zram0; or: selfballoon slices --size-mb ${ramMib}`;
  const zswap =
    "echo Y >/sys/module/zswap/parameters/enabled   (for good: zswap.enabled=1 on the kernel's command line)";
  return {
    level: "warn",
    what: "No compressed swap is in use, so selfballooning is off unless it is asked for, and there is no self-shrinking.",
    remedy: hasDisk && hasZswap ? zswap : zram,
  };
}
