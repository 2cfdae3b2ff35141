import { BALLOON_PAGE_BYTES } from "../host/statistics.ts";

/** When a target was set, the driver has begun to tell how far it has come after so long. */
const BEGUN_MS = 1000;

/**
 * The size of a domain's balloon. libvirt says what QEMU says, and that outlives a restart of the guest: the new kernel's
 * driver starts with an empty balloon, and tells its size only when it moves. It does so at once, unless the guest was
 * given all its memory meanwhile: then there is nothing to move, and the balloon stays empty, whatever libvirt says.
 */
export class MovingSize {
  private readonly nowMs: () => number;
  private lastSetBytes: number | null = null;
  /** What libvirt says that is of before the restart; null: it says how it is. */
  private staleBytes: number | null = null;
  private staleUntilMs = Number.POSITIVE_INFINITY;

  constructor(nowMs: () => number) {
    this.nowMs = nowMs;
  }

  /** What the guest has, when libvirt says `saidBytes`. */
  currentBytes(saidBytes: number, maximumBytes: number): number {
    if (saidBytes !== this.staleBytes || this.nowMs() >= this.staleUntilMs) this.staleBytes = null;
    return this.staleBytes === null ? saidBytes : maximumBytes;
  }

  /** Whether the balloon is on its way, when libvirt says `saidBytes`. */
  isMoving(saidBytes: number): boolean {
    return this.lastSetBytes !== null && Math.abs(saidBytes - this.lastSetBytes) >= BALLOON_PAGE_BYTES;
  }

  /** A target went out. */
  set(targetBytes: number): void {
    this.lastSetBytes = targetBytes;
    this.staleUntilMs = this.nowMs() + BEGUN_MS;
  }

  /** The guest was found to have restarted, while libvirt says `saidBytes`. */
  restarted(saidBytes: number, maximumBytes: number): void {
    if (this.lastSetBytes === null || maximumBytes - this.lastSetBytes >= BALLOON_PAGE_BYTES) return;
    this.staleBytes = saidBytes;
    this.staleUntilMs = Number.POSITIVE_INFINITY;
  }
}
