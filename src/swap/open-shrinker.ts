import { join } from "node:path";
import type { SwapShrinker } from "../core/swap-shrinker.ts";
import { MachineFiles } from "../machine/files.ts";

/** Where swap is, and where it is recorded what must be put back. */
export interface SwapPlace {
  /** Put before `/proc` and `/sys`; empty for this machine. */
  readonly root: string;
  /** The folder of the records; the daemon's socket lies there too. */
  readonly recordFolder: string;
}

/**
 * What brings pages back from this machine's compressed swap: by slices where there are some, else page by page. What a
 * daemon that was killed left behind is put back by this.
 */
export async function openSwapShrinker({ root, recordFolder }: SwapPlace): Promise<SwapShrinker> {
  const { PageShrinker } = await import("./shrinker.ts");
  const { openSwapKernel } = await import("./kernel.ts");
  const pageByPage = new PageShrinker(openSwapKernel(root, join(recordFolder, "swap-high")));
  // Programs act on this machine, whatever tree stands for it.
  if (root !== "") return pageByPage;
  const { SliceShrinker } = await import("./slices/slice-shrinker.ts");
  const bank = await openSliceBank(recordFolder);
  // A slice that can't be put back now is told of, and tried again, at each run.
  await bank.putBack().catch(() => {});
  return new SliceShrinker(bank, pageByPage);
}

/**
 * Put back what a daemon that was killed left behind: the limit of a control group that it had lowered, and a slice that
 * it had taken off.
 * @throws ERR_TOOL, ERR_DEADLINE if the slice can't be put back.
 */
export async function recoverSwap({ root, recordFolder }: SwapPlace): Promise<void> {
  const { SwapHigh } = await import("./swap-high.ts");
  new SwapHigh(root, join(recordFolder, "swap-high")).recover();
  if (root === "") await (await openSliceBank(recordFolder)).putBack();
}

async function openSliceBank(recordFolder: string) {
  const { SliceBank } = await import("./slices/slice-bank.ts");
  return new SliceBank(new MachineFiles(""), join(recordFolder, "slice-off"));
}
