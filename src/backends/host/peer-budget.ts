/** What a peer may say, in a second and at once. */
export interface PeerLimits {
  readonly linesPerS: number;
  readonly linesAtOnce: number;
  readonly bytesPerS: number;
  readonly bytesAtOnce: number;
}

/**
 * What a peer may say, counted as in a token bucket: what it does not say is saved up to what it may say at once. It is
 * kept over connections, so that a new one brings nothing new.
 */
export class PeerBudget {
  readonly limits: PeerLimits;
  private readonly nowMs: () => number;
  private lines: number;
  private bytes: number;
  private countedAtMs: number;

  constructor(limits: PeerLimits, nowMs: () => number) {
    this.limits = limits;
    this.nowMs = nowMs;
    this.lines = limits.linesAtOnce;
    this.bytes = limits.bytesAtOnce;
    this.countedAtMs = nowMs();
  }

  /** The peer said so many bytes. @returns whether it might. */
  takeBytes(bytes: number): boolean {
    this.refill();
    if (this.bytes < bytes) return false;
    this.bytes -= bytes;
    return true;
  }

  /** The peer said a line. @returns whether it might. */
  takeLine(): boolean {
    if (this.lines < 1) return false;
    this.lines -= 1;
    return true;
  }

  private refill(): void {
    const nowMs = this.nowMs();
    const passedS = Math.max(0, nowMs - this.countedAtMs) / 1000;
    this.countedAtMs = nowMs;
    this.lines = Math.min(this.limits.linesAtOnce, this.lines + passedS * this.limits.linesPerS);
    this.bytes = Math.min(this.limits.bytesAtOnce, this.bytes + passedS * this.limits.bytesPerS);
  }
}
