import { pagesFromKib } from "../core/units.ts";
import { parseOptional } from "../formats/kernel-text.ts";
import { parseMeminfo } from "../formats/meminfo.ts";
import { parsePressure } from "../formats/pressure.ts";
import type { MachineFiles } from "../machine/files.ts";
import { detectCompressedSwap, storedPages } from "./compressed-swap.ts";

/** How memory stands, as far as it matters to a partial swapoff. */
export interface MemoryLook {
  /** Pages in compressed swap; null if there is none, or if it can't be told. */
  readonly storedPages: number | null;
  /** MemAvailable; null where the kernel does not report it. */
  readonly availablePages: number | null;
  /** How long some task has waited for memory since boot, in ms; null where the kernel does not report it. */
  readonly stalledMs: number | null;
}

/** Looks at memory, again and again. */
export type MemoryView = () => MemoryLook;

/**
 * A view of this machine's memory. What compressed swap there is, is found out once.
 * @throws ERR_FORMAT and the errors of reading, as does the view, if a file is not what its name says.
 */
export function viewMemory(files: MachineFiles, pageBytes: number): MemoryView {
  const swap = detectCompressedSwap(files);
  return () => {
    const meminfo = parseMeminfo(files.read("/proc/meminfo"));
    const pressure = parseOptional(parsePressure, files.readIfPossible("/proc/pressure/memory"));
    const { memAvailableKib } = meminfo;
    return {
      storedPages: storedPages(files, swap, meminfo, pageBytes),
      availablePages: memAvailableKib === null ? null : pagesFromKib(memAvailableKib, pageBytes),
      stalledMs: pressure === null ? null : pressure.some.totalUs / 1000,
    };
  };
}
