import { isStillRestarting } from "../../core/guest/boot.ts";
import { HELD_BACK_MS } from "./actual-size.ts";
import type { QmpEvent } from "./qmp-message.ts";

/**
 * Tells what a reset of the machine means for its balloon. The driver of the booting guest starts with an empty balloon,
 * and says so to nobody: QEMU keeps the size from before the reset (hw/virtio/virtio-balloon.c, device reset) until the
 * driver moves the balloon, which it tells each time (Linux, drivers/virtio/virtio_balloon.c, update_balloon_size).
 */
export class RestartWatch {
  private readonly nowMs: () => number;
  /** When the machine was reset; null once the balloon has moved since. */
  private resetAtMs: number | null = null;
  /** When the machine was reset; null once the driver was heard since. */
  private silentSinceMs: number | null = null;
  /** The statistics' stamp when it was first read after the reset; undefined: not read yet. */
  private stampS: number | null | undefined;

  constructor(nowMs: () => number) {
    this.nowMs = nowMs;
  }

  take(event: QmpEvent): void {
    if (event.name === "RESET") {
      this.resetAtMs = this.nowMs();
      this.silentSinceMs = this.resetAtMs;
      this.stampS = undefined;
    } else if (event.name === "BALLOON_CHANGE" && this.resetAtMs !== null) {
      // One from before the reset may come after it.
      if (this.nowMs() - this.resetAtMs <= HELD_BACK_MS) return;
      this.resetAtMs = null;
      this.silentSinceMs = null;
    }
  }

  /** Whether the balloon is empty, whatever QEMU says: the machine was reset, and the balloon has not moved since. */
  get isEmpty(): boolean {
    return this.resetAtMs !== null;
  }

  /** Whether the machine was reset a while ago at the most, and the driver was not heard since. */
  get isSilent(): boolean {
    return this.silentSinceMs !== null && isStillRestarting(this.silentSinceMs, this.nowMs());
  }

  /** Take in when the statistics were last updated after a reset: once that moves, the driver was heard. */
  takeStamp(lastUpdateS: number | null): void {
    if (this.stampS === undefined) this.stampS = lastUpdateS;
    else if (this.stampS !== lastUpdateS) this.silentSinceMs = null;
  }
}
