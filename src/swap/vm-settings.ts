import { type Finding, finding } from "../core/finding.ts";
import { parseOptional } from "../formats/kernel-text.ts";
import { parseNumberFile } from "../formats/number-file.ts";
import type { MachineFiles } from "../machine/files.ts";
import { detectCompressedSwap, isConfigured, swapAreas } from "./compressed-swap.ts";
import { isAtLeast, kernelRelease } from "./kernel-release.ts";

const KIB_PER_MIB = 1024;

/** What a kernel keeps free suffices at this size, if what follows from its RAM alone is not more. */
const ENOUGH_KIB = 16 * KIB_PER_MIB;

/** A smaller part of the guest's RAM is not worth a setting. */
const WORTH_SHARE = 1 / 64;

/** What `doctor` says of the settings of the guest's kernel that decide how much of it can be given back. `ramKib` is all its RAM. */
export function examineSettings(files: MachineFiles, ramKib: number): readonly Finding[] {
  return [...examineMinFree(files, ramKib), ...examineSwappiness(files)];
}

/**
 * Transparent huge pages raise `vm.min_free_kbytes` to 11 blocks of 2 MiB a zone (Linux, mm/khugepaged.c,
 * set_recommended_min_free_kbytes) from what follows from the RAM, 4 times its root in KiB (mm/page_alloc.c,
 * calculate_min_free_kbytes). Up to its high watermark, half as much again, the kernel takes back what programs get.
 */
function examineMinFree(files: MachineFiles, ramKib: number): readonly Finding[] {
  const minFreeKib = readNumber(files, "/proc/sys/vm/min_free_kbytes");
  const enoughKib = Math.max(ENOUGH_KIB, Math.round(4 * Math.sqrt(ramKib)));
  if (minFreeKib === null) return [];
  const moreKib = (minFreeKib - enoughKib) * 1.5;
  if (moreKib < ramKib * WORTH_SHARE) return [];
  const what =
    `The kernel keeps at least ${mib(minFreeKib)} MiB free (vm.min_free_kbytes), to which transparent huge pages raise it; ` +
    `with ${mib(enoughKib)} MiB this guest of ${mib(ramKib)} MiB could give back about ${mib(moreKib)} MiB more.`;
  const remedy =
    `sysctl vm.min_free_kbytes=${enoughKib}   (for good: in /etc/sysctl.d; switching transparent huge pages raises it again. ` +
    "Bursts of network traffic may want more.)";
  return [finding("info", what, remedy)];
}

/** Compressed swap is read faster than files are (Linux, Documentation/admin-guide/sysctl/vm.rst, swappiness). */
function examineSwappiness(files: MachineFiles): readonly Finding[] {
  const swappiness = readNumber(files, "/proc/sys/vm/swappiness");
  if (swappiness === null || swapAreas(files).length === 0) return [];
  const isCompressed = isConfigured(detectCompressedSwap(files));
  if (isCompressed && swappiness < 100) {
    const better = takesAbove100(files) ? 133 : 100;
    const what = `vm.swappiness is ${swappiness}: the kernel drops cache before memory that nobody touches, though compressed swap is read faster than files.`;
    return [finding("info", what, settingOf(better))];
  }
  if (swappiness > 0) return [];
  const what = "vm.swappiness is 0: the kernel drops all its cache before it swaps, so that swap hardly helps.";
  return [finding("warn", what, settingOf(60))];
}

function settingOf(swappiness: number): string {
  return `sysctl vm.swappiness=${swappiness}   (for good: in /etc/sysctl.d)`;
}

/** Since Linux 5.8. A kernel that does not say its release is taken for a new one. */
function takesAbove100(files: MachineFiles): boolean {
  const release = kernelRelease(files);
  return release === "" || isAtLeast(release, 5, 8);
}

function readNumber(files: MachineFiles, path: string): number | null {
  return parseOptional((text) => parseNumberFile(text, path), files.readIfPossible(path));
}

function mib(kib: number): number {
  return Math.round(kib / KIB_PER_MIB);
}
