import { type Finding, finding } from "../core/finding.ts";
import { HIGHEST_PRIORITY, type SwapArea, zramDeviceOf } from "../formats/swaps.ts";
import type { MachineFiles } from "../machine/files.ts";
import { type CompressedSwap, compressedSwapNames, swapAreas } from "./compressed-swap.ts";
import { sliceAreas } from "./slices/slices.ts";

/** Which compressed swap there is, and the rule for each way in which several devices may stand beside each other. */
export function examineDevices(files: MachineFiles, swap: CompressedSwap): readonly Finding[] {
  const areas = swapAreas(files);
  const slices = sliceAreas(files).length;
  return [
    finding("ok", `Compressed swap is in use: ${compressedSwapNames(swap).join(", ")}.`),
    ...(slices > 0 ? [ofSlices(slices)] : [ofSharedMemory()]),
    ...(swap.zramDevices.length > Math.max(1, slices) ? [ofSeveral(slices)] : []),
    ...ofDisks(swap, areas),
  ];
}

function ofSlices(count: number): Finding {
  return finding(
    "ok",
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
  return finding("info", what);
}

/** Compressed swap must be filled before a disk, and zswap has no business before zram. */
function ofDisks({ zswap, zramDevices }: CompressedSwap, areas: readonly SwapArea[]): readonly Finding[] {
  const onDisk = areas.filter((area) => zramDeviceOf(area) === null);
  if (zswap && onDisk.length === 0) {
    const what = "zswap lies before zram: what zswap no longer holds is unpacked and packed again.";
    return [{ level: "warn", what, remedy: "echo N >/sys/module/zswap/parameters/enabled" }];
  }
  if (zswap)
    return [
      finding("info", "What zswap writes back to its disk is not stored any more: it stays there until it is used."),
    ];
  if (onDisk.length === 0) return [];
  const highestOnDisk = Math.max(...onDisk.map(({ priority }) => priority));
  const late = areas.filter((area) => zramDeviceOf(area) !== null && area.priority <= highestOnDisk);
  if (late.length === 0)
    return [
      finding(
        "info",
        "The disk is swapped to when zram is full. What is there stays until it is used: only zram comes back.",
      ),
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
