import { SelfballoonError } from "../core/errors.ts";
import { isStale } from "../core/guest/stale.ts";
import type { Tunables } from "../core/tunables.ts";
import type { Clock } from "./clock.ts";
import type { Given } from "./guest-stepper.ts";
import type { Journal } from "./journal.ts";

/** What the fail-open rule of one guest works with. */
export interface FailOpenOptions {
  readonly guest: string;
  readonly clock: Clock;
  readonly journal: Journal;
  /** Give the guest all that it may have; `restarts`: what it had is of no more account. */
  readonly giveAll: (restarts: boolean) => Promise<Given>;
}

/**
 * Held for a while, a guest that nobody can read is given all its memory: no one can tell what it needs. One that
 * restarts is given it at once, because its old target would starve its boot. One that is left alone on purpose, because
 * it is paused or migrates, needs nothing.
 */
export class FailOpen {
  private readonly options: FailOpenOptions;
  private lastGoodMs: number;
  private restarts = false;
  private open = false;
  private told = false;

  constructor(options: FailOpenOptions) {
    this.options = options;
    this.lastGoodMs = options.clock.nowMs();
  }

  /** Whether the guest has been given everything, and was not read since. */
  get isOpen(): boolean {
    return this.open;
  }

  /** The guest was read well. */
  noteGood(): void {
    this.lastGoodMs = this.options.clock.nowMs();
    this.restarts = false;
    this.forget();
  }

  /** The guest could not be read or moved. */
  noteFault(thrown: unknown): void {
    if (!(thrown instanceof SelfballoonError) || thrown.code !== "ERR_GUEST_LEFT_ALONE") return;
    const restarts = thrown.details["state"] === "restarting";
    if (restarts && !this.restarts) this.forget();
    if (!restarts) this.lastGoodMs = this.options.clock.nowMs();
    this.restarts = restarts;
  }

  /** Give memory back if it is time, and again until the guest has all of it. @throws what that threw. */
  async check({ guard, selfballooning, selfballoon_interval }: Tunables): Promise<void> {
    if (guard !== 1 || selfballooning !== 1 || this.open) return;
    const { clock, giveAll, journal, guest } = this.options;
    const nowMs = clock.nowMs();
    if (!this.restarts && !isStale(this.lastGoodMs, nowMs, selfballoon_interval * 1000)) return;
    const given = await giveAll(this.restarts);
    this.open = given === "all";
    if (given === "nothing" || this.told) return;
    this.told = true;
    const silentS = Math.round((nowMs - this.lastGoodMs) / 1000);
    const notice = this.restarts
      ? ({ code: "restarts", details: {} } as const)
      : ({ code: "failed_open", details: { silentS } } as const);
    journal.add({ kind: "notice", guest, notice });
  }

  private forget(): void {
    this.open = false;
    this.told = false;
  }
}
