import { MachineFiles } from "../machine/files.ts";
import { type MemoryView, viewMemory } from "./memory-view.ts";
import { ProcessMemory, type SwappedPages } from "./process-memory.ts";
import { SwapHigh } from "./swap-high.ts";
import { listSwappers } from "./swappers.ts";

/** The memory of a process, as far as a partial swapoff needs it. `ProcessMemory` tells what each call means. */
export interface SwappedMemory {
  swappedPages(fromAddress: number): Iterable<SwappedPages>;
  touch(address: number): boolean;
  close(): void;
}

/** All that the partial swapoff sees and does: a machine's kernel, or one made up by a test. */
export interface SwapKernel {
  view(pageBytes: number): MemoryView;
  /** Processes that have swapped pages of their own, the largest first. */
  swappers(): readonly number[];
  open(pid: number, pageBytes: number): SwappedMemory | null;
  readonly swapHigh: Pick<SwapHigh, "groupOf" | "whileLowered">;
}

/**
 * The kernel below `root`. A limit that a daemon which was killed had lowered is put back by this; `swapHighRecord` is
 * where it is on record.
 */
export function openSwapKernel(root: string, swapHighRecord: string): SwapKernel {
  const files = new MachineFiles(root);
  const swapHigh = new SwapHigh(root, swapHighRecord);
  swapHigh.recover();
  return {
    view: (pageBytes) => viewMemory(files, pageBytes),
    swappers: () => listSwappers(root),
    open: (pid, pageBytes) => ProcessMemory.open(root, pid, pageBytes),
    swapHigh,
  };
}
