import type { OpenBackend, WatchSample } from "../core/backend.ts";
import { watchPeriodMs } from "../core/guest/watch-pace.ts";
import type { Tunables } from "../core/tunables.ts";
import type { Clock } from "../time/clock.ts";
import { withDeadline } from "../time/deadline.ts";

/** A look that takes longer than this is given up; the next step will tell what is wrong. */
const LOOK_DEADLINE_MS = 1000;

/** After so many looks at nothing in a row the guest counts as not watched. */
const EMPTY_LOOKS = 10;

/** What the watch of one guest is given. */
export interface GuestWatchOptions {
  readonly guest: string;
  readonly backend: OpenBackend;
  readonly clock: Clock;
  readonly tunables: () => Tunables;
  readonly onSample: (sample: WatchSample) => void;
}

/** Between two steps: a cheap look at what is available, ten times a second, so that a burst is answered at once. */
export class GuestWatch {
  private readonly options: GuestWatchOptions;
  private stopLooking: () => void = () => {};
  private periodMs: number | null = null;
  private emptyLooks = 0;
  private isLooking = false;

  constructor(options: GuestWatchOptions) {
    this.options = options;
  }

  /** Begin to look, or look at another interval, as the tunables say; not at all where the guard is off. */
  pace(): void {
    const periodMs = watchPeriodMs(this.options.tunables());
    if (periodMs === this.periodMs) return;
    this.stop();
    this.periodMs = periodMs;
    if (periodMs !== null) this.stopLooking = this.options.clock.every(periodMs, this.look);
  }

  /** Whether there is anything to look at: the guard is on, and there was something in the last looks. */
  get isWatching(): boolean {
    return this.periodMs !== null && this.emptyLooks < EMPTY_LOOKS;
  }

  stop(): void {
    this.stopLooking();
    this.stopLooking = () => {};
    this.periodMs = null;
  }

  private readonly look = (): void => {
    this.pace(); // guests came or went
    if (this.isLooking || this.periodMs === null) return;
    const sample = this.sample();
    this.emptyLooks = sample === null ? this.emptyLooks + 1 : 0;
    if (sample instanceof Promise) void this.lookLater(sample);
    else if (sample !== null) this.options.onSample(sample);
  };

  private sample(): WatchSample | null | Promise<WatchSample | null> {
    try {
      return this.options.backend.watch(this.options.guest, NEVER);
    } catch {
      return null; // what can't be read is told by the next step, which reads the same and more
    }
  }

  private async lookLater(promised: Promise<WatchSample | null>): Promise<void> {
    this.isLooking = true;
    try {
      const sample = await withDeadline(this.options.clock, LOOK_DEADLINE_MS, "the watch", () => promised);
      if (sample !== null) this.options.onSample(sample);
    } catch {
      // As above.
    } finally {
      this.isLooking = false;
    }
  }
}

/** A look has its own deadline; nothing else calls it off. */
const NEVER = new AbortController().signal;
