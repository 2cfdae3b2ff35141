import { type BalloonSize, machineBytes } from "./balloon-state.ts";

/** A balloon that moved less is not judged by. */
const MOVED_BYTES = 4 * 1_048_576;

/** What a guest's kernel counted as its total, and between which sizes the balloon then was. */
interface Point {
  readonly totalBytes: number;
  readonly minBytes: number;
  readonly maxBytes: number;
}

/** The balloon when it was last looked at, and the stamp of the total that was told then. */
interface Look {
  readonly currentBytes: number;
  readonly machineBytes: number;
  readonly stamp: number | null;
}

/**
 * Whether a guest's total follows its balloon. Drivers differ, and the device's features do not tell: Windows and FreeBSD
 * never follow, Linux does unless it agreed to deflate-on-oom. So it is seen: where the balloon has moved and the total
 * stood still, the total is constant.
 */
export class TotalWatch {
  private seen: boolean | null = null;
  private last: Look | null = null;
  private reference: Point | null = null;
  /** What was told just now: where the balloon is then, the next look shows. */
  private told: number | null = null;

  /** Whether the total is constant; `expected` as long as nothing was seen. */
  isConstant(expected: boolean): boolean {
    return this.seen ?? expected;
  }

  /**
   * Take in the guest's total. With one stamp it was told once, some time after the last look at another stamp; null: it
   * was told after this look, and before the next: a slow guest takes seconds for it, while its balloon moves on.
   */
  take(totalBytes: number | null, size: BalloonSize, stamp: number | null): void {
    const { last } = this;
    const { currentBytes } = size;
    const look = { currentBytes, machineBytes: machineBytes(size), stamp };
    const { told } = this;
    this.last = look;
    this.told = stamp === null ? totalBytes : null;
    if (last !== null && last.machineBytes !== look.machineBytes) {
      this.reference = null; // memory was plugged
      return;
    }
    const totalBefore = stamp === null ? told : stamp === last?.stamp ? null : totalBytes;
    if (totalBefore === null) return;
    const lastBytes = last?.currentBytes ?? currentBytes;
    const [minBytes, maxBytes] = [Math.min(lastBytes, currentBytes), Math.max(lastBytes, currentBytes)];
    this.judge({ totalBytes: totalBefore, minBytes, maxBytes });
  }

  private judge(point: Point): void {
    const { reference } = this;
    this.reference ??= point;
    if (reference === null) return;
    const fellBytes = reference.minBytes - point.maxBytes;
    const roseBytes = point.minBytes - reference.maxBytes;
    const movedBytes = Math.max(fellBytes, roseBytes);
    if (movedBytes < MOVED_BYTES) return;
    this.reference = point;
    const followedBytes = (point.totalBytes - reference.totalBytes) * (roseBytes > fellBytes ? 1 : -1);
    if (Math.abs(followedBytes) < movedBytes / 4) this.seen = true;
    else if (followedBytes > movedBytes / 2) this.seen = false;
  }
}
