import type { Cancellation } from "../core/backend.ts";

/** Time as the partial swapoff needs it: real on a machine, made up in tests. */
export interface SwapTime {
  /** Monotonic time, in ms. */
  nowMs(): number;
  /** Processor time that this process has used, in ms. */
  cpuMs(): number;
  /** Wait, at most until `cancellation` aborts. */
  sleep(durationMs: number, cancellation: Cancellation): Promise<void>;
}

/** Less work than this is not worth a pause. */
const SLICE_MS = 2;

/** A pause is at most this long, so that pressure is seen soon. */
const LONGEST_PAUSE_MS = 500;

/** Keeps work to a share of one processor: each piece of work is followed by a pause in proportion to it. */
export class Pace {
  private readonly time: SwapTime;
  private readonly cpuPercent: number;
  private markMs: number;

  constructor(time: SwapTime, cpuPercent: number) {
    this.time = time;
    this.cpuPercent = cpuPercent;
    this.markMs = time.cpuMs();
  }

  /** Pause for what was done since the last pause. What a bounded pause leaves over is made up for by the next ones. */
  async rest(cancellation: Cancellation): Promise<void> {
    const workMs = this.time.cpuMs() - this.markMs;
    if (workMs < SLICE_MS) return;
    const owedMs = workMs * (100 / this.cpuPercent - 1);
    const pauseMs = Math.min(LONGEST_PAUSE_MS, owedMs);
    this.markMs += owedMs === 0 ? workMs : workMs * (pauseMs / owedMs);
    await this.time.sleep(pauseMs, cancellation);
  }
}

/** The machine's own time. */
export const realSwapTime: SwapTime = {
  nowMs: () => performance.now(),
  cpuMs() {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1000;
  },
  sleep(durationMs, cancellation) {
    if (cancellation.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const end = (): void => {
        clearTimeout(timer);
        cancellation.removeEventListener("abort", end);
        resolve();
      };
      const timer = setTimeout(end, durationMs);
      cancellation.addEventListener("abort", end, { once: true });
    });
  },
};
