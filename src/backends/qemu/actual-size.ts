import type { QmpClient } from "./qmp.ts";
import type { QmpEvent } from "./qmp-message.ts";
import { readBalloonBytes } from "./vitals.ts";

/** QEMU reports a change of the balloon at once, but of more changes within so long only the last (monitor/monitor.c). */
export const HELD_BACK_MS = 1100;

/** A size is asked for again after so long, even if nothing was heard: of plugged memory nothing is. */
const KEPT_MS = 10_000;

/** Events after which it is another: the last comes when the guest has taken up memory that was plugged. */
const CHANGES: ReadonlySet<string> = new Set(["BALLOON_CHANGE", "RESET", "ACPI_DEVICE_OST"]);

/** `actual`: what a machine's balloon leaves its guest. It is asked for only when it may have changed: QEMU says BALLOON_CHANGE when it moves. */
export class ActualSize {
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
    if (CHANGES.has(event.name)) this.moved();
  }

  /** It moves, or may have moved while nobody listened. */
  moved(): void {
    this.movedAtMs = this.nowMs();
    this.knownBytes = null;
  }
}
