import { dirname, join } from "node:path";
import type { Config } from "../config/load.ts";
import type { Backend } from "../core/backend.ts";
import type { SwapShrinker } from "../core/swap-shrinker.ts";
import { MachineFiles } from "../machine/files.ts";

/** Backends of the machine that we run in; the swap of other guests is out of our reach. */
const OWN_MACHINE: ReadonlySet<string> = new Set(["xen", "swap-only"]);

/**
 * What brings pages back from this machine's compressed swap: by slices where there are some, else page by page. What a
 * daemon that was killed left behind is put back by this.
 */
export async function createSwapShrinker(backend: Backend, config: Config, root: string): Promise<SwapShrinker | null> {
  if (!OWN_MACHINE.has(backend.name)) return null;
  const { PageShrinker } = await import("../swap/shrinker.ts");
  const { openSwapKernel } = await import("../swap/kernel.ts");
  const pageByPage = new PageShrinker(openSwapKernel(root, recordIn(config, "swap-high")));
  // Programs act on this machine, whatever tree stands for it.
  if (root !== "") return pageByPage;
  const { SliceShrinker } = await import("../swap/slices/slice-shrinker.ts");
  const bank = await openSliceBank(config);
  // A slice that can't be put back now is told of, and tried again, at each run.
  await bank.putBack().catch(() => {});
  return new SliceShrinker(bank, pageByPage);
}

/**
 * Put back what a daemon that was killed left behind: the limit of a control group that it had lowered, and a slice that
 * it had taken off.
 * @throws ERR_TOOL, ERR_DEADLINE if the slice can't be put back.
 */
export async function recoverSwap(config: Config, root: string): Promise<void> {
  const { SwapHigh } = await import("../swap/swap-high.ts");
  new SwapHigh(root, recordIn(config, "swap-high")).recover();
  if (root === "") await (await openSliceBank(config)).putBack();
}

async function openSliceBank(config: Config) {
  const { SliceBank } = await import("../swap/slices/slice-bank.ts");
  return new SliceBank(new MachineFiles(""), recordIn(config, "slice-off"));
}

function recordIn({ socket }: Config, name: string): string {
  return join(dirname(socket), name);
}
