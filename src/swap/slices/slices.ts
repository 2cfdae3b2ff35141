import { closeSync, openSync, readSync } from "node:fs";
import { PAGE_SIZES_BYTES } from "../../formats/page-size.ts";
import { parseSwapLabel } from "../../formats/swap-header.ts";
import { zramDeviceOf } from "../../formats/swaps.ts";
import type { MachineFiles } from "../../machine/files.ts";
import { swapAreas, zramStoredPages } from "../compressed-swap.ts";

/** The label of the swap areas that are ours to take off and put back; `swapon --show=NAME,LABEL,PRIO` shows it. */
export const SLICE_LABEL = "selfballoon";

const DEV = "/dev/";

/** A slice: where it is, and how the kernel chooses among them. */
export interface SliceArea {
  /** The device, `/dev/zram3`. */
  readonly path: string;
  readonly priority: number;
}

/**
 * One of several zram devices that are swapped to in turn, because they have the same priority. Each holds a part of
 * the pages of every process, so that taking one off brings a part of everything back, shared memory and tmpfs included.
 */
export interface Slice extends SliceArea {
  /** Pages that it holds now. */
  readonly storedPages: number;
}

/** The slices that are on, with what each holds. */
export function findSlices(files: MachineFiles, pageBytes: number): readonly Slice[] {
  return sliceAreas(files).flatMap(({ path, priority }) => {
    const storedPages = zramStoredPages(files, path.slice(DEV.length), pageBytes);
    return storedPages === null ? [] : [{ path, priority, storedPages }];
  });
}

/** The slices that are on: zram devices that carry our label and share their priority with another one of them. */
export function sliceAreas(files: MachineFiles): readonly SliceArea[] {
  const ours = zramAreas(files).filter(({ path }) => readLabel(files.resolve(path)) === SLICE_LABEL);
  return ours.filter(({ priority }) => ours.filter((other) => other.priority === priority).length > 1);
}

/** Whether the kernel swaps to the zram device at `path`. */
export function isOn(files: MachineFiles, path: string): boolean {
  return zramAreas(files).some((area) => area.path === path);
}

/** Whether `path` is that of a zram device. */
export function isSlicePath(path: string): boolean {
  return /^\/dev\/zram[0-9]{1,4}$/.test(path);
}

/** The zram devices that are swapped to, by their paths in `/dev`, wherever the kernel found them. */
function zramAreas(files: MachineFiles): readonly SliceArea[] {
  return swapAreas(files).flatMap((area) => {
    const name = zramDeviceOf(area);
    return name === null ? [] : [{ path: DEV + name, priority: area.priority }];
  });
}

/**
 * The slice to take off, of those that hold pages, so that `missingPages` come back: the smallest that is enough by
 * itself, else the largest. What is stored thus comes to the target with as few as can be, and falls below it by less
 * than one slice. Null if all are empty.
 */
export function chooseSlice(slices: readonly Slice[], missingPages: number): Slice | null {
  const bySize = slices.filter(({ storedPages }) => storedPages > 0).sort((a, b) => a.storedPages - b.storedPages);
  return bySize.find(({ storedPages }) => storedPages >= missingPages) ?? bySize.at(-1) ?? null;
}

/** The label of the swap area on a device; null if it holds none, or can't be read. */
export function readLabel(path: string): string | null {
  let descriptor: number | null = null;
  try {
    // Closed at once: a zram device that is open can't be removed.
    descriptor = openSync(path, "r");
    for (const pageBytes of PAGE_SIZES_BYTES) {
      const page = Buffer.alloc(pageBytes);
      const label = parseSwapLabel(page.subarray(0, readSync(descriptor, page, 0, pageBytes, 0)));
      if (label !== null) return label;
    }
    return null;
  } catch {
    return null;
  } finally {
    if (descriptor !== null) closeSync(descriptor);
  }
}
