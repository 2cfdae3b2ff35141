/** How long to leave a peer alone after it failed. */
export interface BackoffOptions {
  readonly nowMs: () => number;
  readonly firstMs: number;
  readonly maxMs: number;
}

/** Exponential back-off: each failure in a row doubles the wait, up to a cap; a success ends it. */
export class Backoff {
  private readonly options: BackoffOptions;
  private waitMs = 0;
  private untilMs = Number.NEGATIVE_INFINITY;

  constructor(options: BackoffOptions) {
    this.options = options;
  }

  /** Whether it is too early for another try. */
  get waiting(): boolean {
    return this.options.nowMs() < this.untilMs;
  }

  failed(): void {
    const { nowMs, firstMs, maxMs } = this.options;
    this.waitMs = Math.min(maxMs, this.waitMs === 0 ? firstMs : this.waitMs * 2);
    this.untilMs = nowMs() + this.waitMs;
  }

  /** Forget the failures: the peer answered, or there is news of it. */
  reset(): void {
    this.waitMs = 0;
    this.untilMs = Number.NEGATIVE_INFINITY;
  }
}
