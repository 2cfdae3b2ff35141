import type { QmpClient } from "./qmp.ts";
import type { QmpEvent } from "./qmp-message.ts";
import { readBalloonBytes } from "./vitals.ts";

/** QEMU tells a change of the balloon at once, but of more changes within so long only the last (monitor/monitor.c). */
export const HELD_BACK_MS = 1100;

/** A size is asked for again after so long, even if nothing was heard. */
const KEPT_MS = 10_000;

/** A balloon's size. It is asked for only when it may have changed: QEMU says BALLOON_CHANGE when it moves. */
export class BalloonSize {
  private readonly qmp: QmpClient;
  private readonly nowMs: () => number;
  private knownBytes: number | null = null;
  private askedAtMs = Number.NEGATIVE_INFINITY;
  private movedAtMs = Number.NEGATIVE_INFINITY;

  constructor(qmp: QmpClient, nowMs: () => number) {
    this.qmp = qmp;
    this.nowMs = nowMs;
  }

  /** The memory that the guest has now, in bytes. @throws what QMP throws, and ERR_FORMAT. */
  async readBytes(): Promise<number> {
    const askedAtMs = this.nowMs();
    if (this.knownBytes !== null && askedAtMs - this.askedAtMs < KEPT_MS) return this.knownBytes;
    const bytes = await readBalloonBytes(this.qmp);
    this.askedAtMs = askedAtMs;
    // While it moves there may be changes that QEMU holds back.
    this.knownBytes = askedAtMs - this.movedAtMs > HELD_BACK_MS ? bytes : null;
    return bytes;
  }

  take(event: QmpEvent): void {
    if (event.name === "BALLOON_CHANGE" || event.name === "RESET") this.moved();
  }

  /** It moves, or may have moved while nobody listened. */
  moved(): void {
    this.movedAtMs = this.nowMs();
    this.knownBytes = null;
  }
}
