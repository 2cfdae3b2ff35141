import type { Clock } from "../../time/clock.ts";

/** How much news of one connection is passed on: so much at once, then one in each such time. */
const AT_ONCE = 4;
const EACH_MS = 1000;

/** Passes on that there is news, within a budget: what is too much comes later, as one. */
export class NewsBudget {
  private readonly clock: Clock;
  private readonly passOn: () => void;
  private spentUntilMs = Number.NEGATIVE_INFINITY;
  /** How to cancel what comes later; null: nothing does. */
  private cancel: (() => void) | null = null;

  constructor(clock: Clock, passOn: () => void) {
    this.clock = clock;
    this.passOn = passOn;
  }

  take(): void {
    if (this.cancel !== null) return;
    const nowMs = this.clock.nowMs();
    this.spentUntilMs = Math.max(this.spentUntilMs, nowMs) + EACH_MS;
    const waitMs = this.spentUntilMs - nowMs - AT_ONCE * EACH_MS;
    if (waitMs <= 0) this.passOn();
    else this.cancel = this.clock.after(waitMs, () => this.passOnLate());
  }

  /** Nothing comes any more. */
  close(): void {
    this.cancel?.();
    this.cancel = () => {};
  }

  private passOnLate(): void {
    this.cancel = null;
    this.passOn();
  }
}
