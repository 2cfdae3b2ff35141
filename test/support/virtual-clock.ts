import type { Clock } from "../../src/time/clock.ts";

interface Timer {
  readonly dueMs: number;
  readonly action: () => void;
}

/** A clock that stands still until it is told how far to go. */
export class VirtualClock implements Clock {
  private atMs = 0;
  private readonly timers = new Set<Timer>();

  nowMs(): number {
    return this.atMs;
  }

  wallMs(): number {
    return 1_800_000_000_000 + this.atMs;
  }

  after(delayMs: number, action: () => void): () => void {
    const timer = { dueMs: this.atMs + delayMs, action };
    this.timers.add(timer);
    return () => this.timers.delete(timer);
  }

  every(intervalMs: number, action: () => void): () => void {
    let cancel = (): void => {};
    const arm = (): void => {
      cancel = this.after(intervalMs, () => {
        arm();
        action();
      });
    };
    arm();
    return () => cancel();
  }

  /** Let `durationMs` pass, timer by timer; after each, everything that waits for nothing else runs. */
  async advance(durationMs: number): Promise<void> {
    const untilMs = this.atMs + durationMs;
    for (;;) {
      const next = [...this.timers].sort((a, b) => a.dueMs - b.dueMs)[0];
      if (next === undefined || next.dueMs > untilMs) break;
      this.atMs = next.dueMs;
      this.timers.delete(next);
      next.action();
      await drain();
    }
    this.atMs = untilMs;
    await drain();
  }
}

/** Two turns of the event loop: promises that wait for nothing outside have settled then. */
async function drain(): Promise<void> {
  for (let turn = 0; turn < 2; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}
