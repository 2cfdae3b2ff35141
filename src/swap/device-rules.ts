import type { Finding } from "../core/finding.ts";
import { parseSwaps, type SwapArea } from "../formats/swaps.ts";
import type { MachineFiles } from "../machine/files.ts";
import { type CompressedSwap, compressedSwapNames, zramDeviceOf } from "./compressed-swap.ts";
import { sliceAreas } from "./slices/slices.ts";

/** The highest priority that `swapon -p` takes. */
const HIGHEST_PRIORITY = 32_767;

/** Which compressed swap there is, and the rule for each way in which several devices may stand beside each other. */
export function examineDevices(files: MachineFiles, swap: CompressedSwap): readonly Finding[] {
  const areas = swapAreas(files);
  const slices = sliceAreas(files).length;
  return [
    ok(`Compressed swap is in use: ${compressedSwapNames(swap).join(", ")}.`),
    ...(slices > 0 ? [ofSlices(slices)] : [ofSharedMemory()]),
    ...(swap.zramDevices.length > Math.max(1, slices) ? [ofSeveral(slices)] : []),
    ...ofDisks(swap, areas),
  ];
}

/** The swap areas that are on; none where the kernel has no swap. */
export function swapAreas(files: MachineFiles): readonly SwapArea[] {
  const text = files.readIfThere("/proc/swaps");
  return text === null ? [] : parseSwaps(text);
}

function ofSlices(count: number): Finding {
  return ok(
    `The swap in memory is ${count} slices: one after the other comes back by swapoff, what shared memory and tmpfs ` +
      "have in it included, and is swapped on again.",
  );
}

function ofSharedMemory(): Finding {
  const what = "Pages of shared memory and tmpfs stay in swap until they are used: only slices bring them back.";
  return { level: "info", what, remedy: "selfballoon slices --help" };
}

function ofSeveral(slices: number): Finding {
  const beside = slices > 0 ? "Beside the slices there is other zram, which comes back when they are empty. " : "";
  const what = `${beside}All zram devices count together, whatever their priorities: what is stored is their sum.`;
  return info(what);
}

/** Compressed swap must be filled before a disk, and zswap has no business before zram. */
function ofDisks({ zswap, zramDevices }: CompressedSwap, areas: readonly SwapArea[]): readonly Finding[] {
  const onDisk = areas.filter((area) => zramDeviceOf(area) === null);
  if (zswap && onDisk.length === 0) {
    const what = "zswap lies before zram: what zswap no longer holds is unpacked and packed again.";
    return [{ level: "warn", what, remedy: "echo N >/sys/module/zswap/parameters/enabled" }];
  }
  if (zswap)
    return [info("What zswap writes back to its disk is not stored any more: it stays there until it is used.")];
  if (onDisk.length === 0) return [];
  const highestOnDisk = Math.max(...onDisk.map(({ priority }) => priority));
  const late = areas.filter((area) => zramDeviceOf(area) !== null && area.priority <= highestOnDisk);
  if (late.length === 0)
    return [
      info("The disk is swapped to when zram is full. What is there stays until it is used: only zram comes back."),
    ];
  const priority = Math.min(HIGHEST_PRIORITY, Math.max(highestOnDisk, 0) + 100);
  return [
    {
      level: "warn",
      what: `A disk is swapped to before ${zramDevices.join(", ")}, so the compressed swap is of little use.`,
      remedy: late.map(({ path }) => `swapoff ${path} && swapon -p ${priority} ${path}`).join("; "),
    },
  ];
}

function ok(what: string): Finding {
  return { level: "ok", what, remedy: "" };
}

function info(what: string): Finding {
  return { level: "info", what, remedy: "" };
}
