import type { Decision } from "../core/decision.ts";
import type { Observation } from "../core/observation.ts";
import type { ShrinkOutcome, SwapShrinker } from "../core/swap-shrinker.ts";
import type { Tunables } from "../core/tunables.ts";
import { pagesFromMib } from "../core/units.ts";
import { faultOf } from "./fault.ts";
import type { Journal } from "./journal.ts";

/** The part of the interval that a run may take, so that it has usually ended when the next step begins. */
const INTERVAL_SHARE = 0.9;

/** A run takes at most this long, whatever the interval. */
const LONGEST_MS = 60_000;

/** Carries out what a step decided on compressed swap, beside the loop and never into its next step. */
export class ShrinkJob {
  private readonly guest: string;
  private readonly shrinker: SwapShrinker;
  private readonly journal: Journal;
  private controller: AbortController | null = null;
  private running: Promise<void> = Promise.resolve();
  private lastEnd: ShrinkOutcome["end"] | null = null;
  private lastProblem: string | null = null;

  constructor(guest: string, shrinker: SwapShrinker, journal: Journal) {
    this.guest = guest;
    this.shrinker = shrinker;
    this.journal = journal;
  }

  /** Begin to bring pages back, if `decision` says so. The run before it must have ended. */
  start({ frontswapTargetPages: targetPages }: Decision, { pageBytes }: Observation, tunables: Tunables): void {
    if (targetPages === null) return;
    const controller = new AbortController();
    this.controller = controller;
    const limits = {
      headroomPages: pagesFromMib(tunables.guard_headroom_mb, pageBytes),
      cpuPercent: tunables.frontswap_cpu_percent,
      deadlineMs: Math.min(LONGEST_MS, tunables.selfballoon_interval * 1000 * INTERVAL_SHARE),
    };
    this.running = this.shrinker
      .shrink(targetPages, pageBytes, limits, controller.signal)
      .then((outcome) => this.record(targetPages, pageBytes, outcome))
      .catch((thrown: unknown) => this.tellFault(thrown))
      .finally(() => {
        this.controller = null;
      });
  }

  /** End the run under way, if there is one. */
  async stop(): Promise<void> {
    this.controller?.abort();
    await this.running;
  }

  /** A fault that stays is told once. */
  private tellFault(thrown: unknown): void {
    const fault = faultOf(this.guest, thrown);
    if (fault.problem !== this.lastProblem) this.journal.add(fault);
    this.lastProblem = fault.problem;
  }

  /** A run that brought nothing back is told only if it ended otherwise than the one before it. */
  private record(targetPages: number, pageBytes: number, outcome: ShrinkOutcome): void {
    this.lastProblem = null;
    if (outcome.end === "resting") return;
    if (outcome.touchedPages > 0 || outcome.end !== this.lastEnd)
      this.journal.add({ kind: "shrink", guest: this.guest, pageBytes, targetPages, ...outcome });
    this.lastEnd = outcome.end;
  }
}
