import type { Clock } from "../time/clock.ts";

/** A step that has not ended this long after it was due means that the daemon hangs. */
const LATE_MS = 30_000;

/** A guest's delayed job: armed until it was run to its end, then idle until it is armed again. */
export class StepTimer {
  private readonly clock: Clock;
  private cancel: (() => void) | null = null;
  private dueMs = Number.POSITIVE_INFINITY;

  constructor(clock: Clock) {
    this.clock = clock;
  }

  get isArmed(): boolean {
    return this.cancel !== null;
  }

  /** False if the job is long overdue. */
  get isInTime(): boolean {
    return this.clock.nowMs() < this.dueMs + LATE_MS;
  }

  /** Call `run` after `delayMs`. */
  arm(delayMs: number, run: () => void): void {
    this.dueMs = this.clock.nowMs() + delayMs;
    this.cancel = this.clock.after(delayMs, run);
  }

  /** The job has ended, or is not to run. */
  disarm(): void {
    this.cancel?.();
    this.cancel = null;
    this.dueMs = Number.POSITIVE_INFINITY;
  }
}
