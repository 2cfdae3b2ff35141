import type { Cancellation } from "../core/backend.ts";
import type { ShrinkEnd, ShrinkLimits, ShrinkOutcome, SwapShrinker } from "../core/swap-shrinker.ts";
import type { SwapKernel } from "./kernel.ts";
import { realSwapTime, type SwapTime } from "./pace.ts";
import { PressureWatch } from "./pressure-watch.ts";
import { Round } from "./round.ts";
import { type ShrinkMachine, ShrinkRun } from "./shrink-run.ts";

/** Endings after which the next run would fare the same. */
const FUTILE: ReadonlySet<ShrinkEnd> = new Set(["no_effect", "unreachable"]);

/** After runs that freed nothing, at most so many are left out: five minutes at the default interval. */
const MAX_RESTING_RUNS = 64;

/**
 * Partial swapoff, page by page: swapped pages are found in `/proc/PID/pagemap`, and one byte of each is read through
 * `/proc/PID/mem`, so that the kernel brings the page back as if the process had needed it. Largest processes first.
 */
export class PageShrinker implements SwapShrinker {
  private readonly machine: ShrinkMachine;
  private restingRuns = 0;
  private nextRestRuns = 1;

  constructor(kernel: SwapKernel, time: SwapTime = realSwapTime) {
    const pressure = new PressureWatch(() => time.nowMs());
    this.machine = { kernel, time, pressure, round: new Round(), needsSwapHigh: false };
  }

  async shrink(
    targetPages: number,
    pageBytes: number,
    limits: ShrinkLimits,
    cancellation: Cancellation,
  ): Promise<ShrinkOutcome> {
    if (this.restingRuns > 0) {
      this.restingRuns -= 1;
      return this.restingOutcome(pageBytes);
    }
    const outcome = await new ShrinkRun(this.machine, { targetPages, pageBytes, limits, cancellation }).run();
    this.noteOutcome(outcome);
    return outcome;
  }

  /** Runs that free nothing become rarer, each time by half. */
  private noteOutcome({ freedPages, end }: ShrinkOutcome): void {
    const isFutile = FUTILE.has(end) && freedPages === 0;
    this.restingRuns = isFutile ? this.nextRestRuns : 0;
    this.nextRestRuns = isFutile ? Math.min(MAX_RESTING_RUNS, this.nextRestRuns * 2) : 1;
  }

  private restingOutcome(pageBytes: number): ShrinkOutcome {
    const storedPages = this.machine.kernel.view(pageBytes)().storedPages ?? 0;
    const nothing = { freedPages: 0, touchedPages: 0, skippedProcesses: 0, cpuMs: 0 };
    return { startPages: storedPages, leftPages: storedPages, ...nothing, end: "resting" };
  }
}
