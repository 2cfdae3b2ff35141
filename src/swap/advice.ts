import { type Finding, finding } from "../core/finding.ts";
import { BYTES_PER_KIB } from "../core/units.ts";
import { parseMeminfo } from "../formats/meminfo.ts";
import type { MachineFiles } from "../machine/files.ts";
import { builtFor } from "./built-for.ts";
import { detectCompressedSwap, isConfigured, swapAreas } from "./compressed-swap.ts";
import { examineDevices } from "./device-rules.ts";
import { moreSwap } from "./more-swap.ts";
import { examineReturn } from "./return-advice.ts";
import { examineSettings } from "./vm-settings.ts";

const KIB_PER_MIB = 1024;

/** Each swap area is smaller by its header than what it lies on; there are 32 at the most, of pages of at most 64 KiB. */
const HEADER_KIB = 2048;

/** The kernel's own part of the RAM: this much, or this part of it. */
const BOOT_KIB = 96 * KIB_PER_MIB;
const BOOT_DIVISOR = 16;

/**
 * The driver's system requirement (specification, section 7, rule 5): swap of at least the guest's memory, and
 * compressed swap in front of it; the kernel's settings; and what bringing pages back needs on this machine.
 * @param builtForBytes What the guest may have at most; null if nobody knows but the kernel.
 */
export function examineSwap(files: MachineFiles, builtForBytes: number | null): readonly Finding[] {
  const sizes = readSizes(files, builtForBytes);
  if (sizes === null) return [finding("fail", `There is no ${files.resolve("/proc/meminfo")}.`)];
  const swap = detectCompressedSwap(files);
  const findings = [swapSize(files, sizes), largestAllocation(sizes), ...examineSettings(files, sizes.builtForKib)];
  if (!isConfigured(swap)) return [...findings, noCompressedSwap(files, mib(sizes.builtForKib))];
  return [...findings, ...examineDevices(files, swap), ...examineReturn(files, swap)];
}

/** The first of these alone, for `run`; null where nothing is known of this machine's memory. */
export function examineSwapSize(files: MachineFiles, builtForBytes: number | null): Finding | null {
  const sizes = readSizes(files, builtForBytes);
  return sizes === null ? null : swapSize(files, sizes);
}

interface Sizes {
  readonly memTotalKib: number;
  readonly builtForKib: number;
  readonly swapTotalKib: number;
}

function readSizes(files: MachineFiles, builtForBytes: number | null): Sizes | null {
  const text = files.readIfThere("/proc/meminfo");
  if (text === null) return null;
  const { memTotalKib, swapTotalKib } = parseMeminfo(text);
  const builtForKib = builtForBytes === null ? builtFor(files, memTotalKib) : builtForBytes / BYTES_PER_KIB;
  return { memTotalKib, builtForKib: Math.max(memTotalKib, builtForKib), swapTotalKib: swapTotalKib ?? 0 };
}

/** A balloon that is inflated now may be gone in a moment, so the RAM that counts is all that the guest may have. */
function swapSize(files: MachineFiles, { memTotalKib, builtForKib, swapTotalKib }: Sizes): Finding {
  // What the kernel takes at boot is no part of MemTotal, and a balloon's is a good deal more.
  const isBallooned = builtForKib - memTotalKib > Math.max(BOOT_KIB, builtForKib / BOOT_DIVISOR);
  const now = isBallooned ? ` (it has ${mib(memTotalKib)} MiB now)` : "";
  const sizes = `${mib(swapTotalKib)} MiB of swap for ${mib(builtForKib)} MiB of RAM${now}`;
  if (swapTotalKib + HEADER_KIB >= builtForKib) return finding("ok", `There are ${sizes}.`);
  const what =
    `There are ${sizes}; there should be at least as much swap as RAM. A guest whose balloon is inflated refuses ` +
    "allocations larger than the RAM and swap it has left, and a burst may end in an OOM kill.";
  return finding("warn", what, moreSwap(files, mib(builtForKib - swapTotalKib)));
}

/** With heuristic overcommit (vm.overcommit_memory 0) the kernel refuses more than RAM and swap in one piece. */
function largestAllocation({ memTotalKib, swapTotalKib }: Sizes): Finding {
  const maxMib = Math.floor((memTotalKib + swapTotalKib) / KIB_PER_MIB);
  const what = `A program may ask for at most ${maxMib} MiB in one piece now; the guard keeps that above guard_allocatable_mb, and above what was asked for at once within a day.`;
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

function mib(kib: number): number {
  return Math.round(kib / KIB_PER_MIB);
}
