import type { Cancellation } from "../../core/backend.ts";
import { SelfballoonError } from "../../core/errors.ts";
import type { ShrinkLimits, ShrinkOutcome, SwapShrinker } from "../../core/swap-shrinker.ts";
import { realSwapTime, type SwapTime } from "../pace.ts";
import { PressureWatch } from "../pressure-watch.ts";
import type { SliceKernel } from "./slice-bank.ts";
import { type SliceMachine, SliceRun } from "./slice-run.ts";

/**
 * Partial swapoff by slices, where the operator set some up: swapoff of one of them brings back what it holds, then it is
 * swapped on again. At each run as few slices come back as bring what is stored to the target, so that the rule is
 * kept to within one slice. What lies elsewhere comes back page by page, at runs that find the slices empty; so does
 * everything from the moment that a slice could not be swapped off.
 */
export class SliceShrinker implements SwapShrinker {
  private readonly machine: SliceMachine;
  private readonly pageByPage: SwapShrinker;
  private hasFailed = false;

  constructor(kernel: SliceKernel, pageByPage: SwapShrinker, time: SwapTime = realSwapTime) {
    const pressure = new PressureWatch(() => time.nowMs());
    this.machine = { kernel, time, pressure, readyAtMs: 0 };
    this.pageByPage = pageByPage;
  }

  async shrink(
    targetPages: number,
    pageBytes: number,
    limits: ShrinkLimits,
    cancellation: Cancellation,
  ): Promise<ShrinkOutcome> {
    const { kernel } = this.machine;
    await kernel.putBack();
    if (this.hasFailed || kernel.slices(pageBytes).every(({ storedPages }) => storedPages === 0))
      return this.pageByPage.shrink(targetPages, pageBytes, limits, cancellation);
    try {
      return await new SliceRun(this.machine, { targetPages, pageBytes, limits, cancellation }).run();
    } catch (thrown) {
      this.hasFailed = thrown instanceof SelfballoonError && thrown.code === "ERR_TOOL";
      throw thrown;
    }
  }
}
