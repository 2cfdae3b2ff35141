import { dirname, join } from "node:path";
import type { Config } from "../config/load.ts";
import type { Backend } from "../core/backend.ts";
import type { SwapShrinker } from "../core/swap-shrinker.ts";

/** Backends of the machine that we run in; the swap of other guests is out of our reach. */
const OWN_MACHINE: ReadonlySet<string> = new Set(["xen", "swap-only"]);

/**
 * What brings pages back from this machine's compressed swap. A limit that a daemon which was killed had lowered is put
 * back by this.
 */
export async function createSwapShrinker(backend: Backend, config: Config, root: string): Promise<SwapShrinker | null> {
  if (!OWN_MACHINE.has(backend.name)) return null;
  const { PageShrinker } = await import("../swap/shrinker.ts");
  const { openSwapKernel } = await import("../swap/kernel.ts");
  return new PageShrinker(openSwapKernel(root, swapHighRecord(config)));
}

/** Put back the limit of a control group that a daemon which was killed had lowered. */
export async function recoverSwapHigh(config: Config, root: string): Promise<void> {
  const { SwapHigh } = await import("../swap/swap-high.ts");
  new SwapHigh(root, swapHighRecord(config)).recover();
}

function swapHighRecord({ socket }: Config): string {
  return join(dirname(socket), "swap-high");
}
