import type { SwapKernel, SwappedMemory } from "./kernel.ts";

/** A batch ends after this time, because nothing else runs meanwhile: pages that lie on a disk take long. */
const BATCH_MS = 20;

/** How often that time is looked at. */
const TIME_PAGES = 8;

/** The limit of a group is lowered again after so many pages, while what it uses falls. */
const LOWER_AGAIN_PAGES = 32;

/** What became of a batch: pages that were tried, in order, and those among them that were there. */
interface Batch {
  readonly tried: number;
  readonly touched: number;
}

/** Bring pages back, for as long as a batch may take; with `group`, while its limit on swap is lowered. */
export function touchPages(
  memory: SwappedMemory,
  addresses: readonly number[],
  swapHigh: SwapKernel["swapHigh"],
  group: string | null,
  nowMs: () => number,
): Batch {
  const startMs = nowMs();
  let tried = 0;
  let touched = 0;
  const touchAll = (lowerAgain: () => void): void => {
    for (const address of addresses) {
      if (tried % TIME_PAGES === 0 && nowMs() - startMs > BATCH_MS) return;
      if (tried > 0 && tried % LOWER_AGAIN_PAGES === 0) lowerAgain();
      tried += 1;
      if (memory.touch(address)) touched += 1;
    }
  };
  if (group === null || !swapHigh.whileLowered(group, touchAll)) touchAll(() => {});
  return { tried, touched };
}
