import type { ShrinkOrder } from "../core/guest/effects.ts";
import type { ShrinkOutcome, SwapShrinker } from "../core/swap-shrinker.ts";
import { problemFrom } from "./fault.ts";
import { FaultLog } from "./fault-log.ts";
import type { Journal } from "./journal.ts";

/** Carries out what a step decided on compressed swap, beside the loop and never into its next step. */
export class ShrinkJob {
  private readonly guest: string;
  private readonly shrinker: SwapShrinker;
  private readonly journal: Journal;
  private readonly faults: FaultLog;
  private controller: AbortController | null = null;
  private running: Promise<void> = Promise.resolve();
  private lastEnd: ShrinkOutcome["end"] | null = null;

  constructor(guest: string, shrinker: SwapShrinker, journal: Journal) {
    this.guest = guest;
    this.shrinker = shrinker;
    this.journal = journal;
    this.faults = new FaultLog(guest, journal);
  }

  /** Begin to bring pages back. The run before it must have ended. */
  start({ targetPages, pageBytes, limits }: ShrinkOrder): void {
    const controller = new AbortController();
    this.controller = controller;
    this.running = this.shrinker
      .shrink(targetPages, pageBytes, limits, controller.signal)
      .then((outcome) => this.record(targetPages, pageBytes, outcome))
      .catch((thrown: unknown) => this.faults.tell(problemFrom(thrown), null))
      .finally(() => {
        this.controller = null;
      });
  }

  /** End the run under way, if there is one. */
  async stop(): Promise<void> {
    this.controller?.abort();
    await this.running;
  }

  /** A run that brought nothing back is told only if it ended otherwise than the one before it. */
  private record(targetPages: number, pageBytes: number, outcome: ShrinkOutcome): void {
    this.faults.clear();
    if (outcome.end === "resting") return;
    if (outcome.touchedPages > 0 || outcome.end !== this.lastEnd)
      this.journal.add({ kind: "shrink", guest: this.guest, pageBytes, targetPages, ...outcome });
    this.lastEnd = outcome.end;
  }
}
