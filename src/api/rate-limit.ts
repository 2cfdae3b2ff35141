/** At most `perSecond` times a second in the long run, and `burst` times at once (a token bucket). */
export class RateLimit {
  private readonly perSecond: number;
  private readonly burst: number;
  private readonly nowMs: () => number;
  private left: number;
  private lastMs: number;

  constructor(perSecond: number, burst: number, nowMs: () => number) {
    this.perSecond = perSecond;
    this.burst = burst;
    this.nowMs = nowMs;
    this.left = burst;
    this.lastMs = nowMs();
  }

  /** Whether it may happen now; if so, it counts. */
  take(): boolean {
    const nowMs = this.nowMs();
    this.left = Math.min(this.burst, this.left + ((nowMs - this.lastMs) / 1000) * this.perSecond);
    this.lastMs = nowMs;
    if (this.left < 1) return false;
    this.left -= 1;
    return true;
  }
}
