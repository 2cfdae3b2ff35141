import { HELD_BACK_MS } from "./balloon-size.ts";
import type { QmpEvent } from "./qmp-message.ts";

/**
 * Tells whether a machine was reset and its balloon driver has not spoken since. Meanwhile QEMU goes on saying what the
 * guest had before, though the guest has all its memory again.
 */
export class RestartWatch {
  private readonly nowMs: () => number;
  private resetAtMs: number | null = null;
  /** The statistics' stamp when it was first read after the reset; undefined: not read yet. */
  private stampS: number | null | undefined;

  constructor(nowMs: () => number) {
    this.nowMs = nowMs;
  }

  take(event: QmpEvent): void {
    if (event.name === "RESET") {
      this.resetAtMs = this.nowMs();
      this.stampS = undefined;
    } else if (event.name === "BALLOON_CHANGE" && this.resetAtMs !== null) {
      // One from before the reset may come after it.
      if (this.nowMs() - this.resetAtMs > HELD_BACK_MS) this.resetAtMs = null;
    }
  }

  /** Whether the machine was reset and the driver was not heard since. */
  get pending(): boolean {
    return this.resetAtMs !== null;
  }

  /** Whether the driver is still silent; `lastUpdateS` is when the statistics were last updated. */
  restarting(lastUpdateS: number | null): boolean {
    if (this.resetAtMs === null) return false;
    if (this.stampS === undefined) this.stampS = lastUpdateS;
    else if (this.stampS !== lastUpdateS) this.resetAtMs = null;
    return this.pending;
  }
}
