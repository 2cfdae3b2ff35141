import type { GuestSize, OpenBackend, Reading } from "../core/backend.ts";
import { SelfballoonError } from "../core/errors.ts";
import type { Clock } from "../time/clock.ts";
import { withDeadline } from "../time/deadline.ts";
import type { Journal } from "./journal.ts";

/** A reading or a write that takes longer than this counts as failed. */
const DEADLINE_MS = 3000;

/** A backend's calls for one guest, each with its deadline; what the backend noticed goes into the journal. */
export class GuestCalls {
  private readonly guest: string;
  private readonly backend: OpenBackend;
  private readonly clock: Clock;
  private readonly journal: Journal;

  constructor(
    guest: string,
    context: { readonly backend: OpenBackend; readonly clock: Clock; readonly journal: Journal },
  ) {
    this.guest = guest;
    this.backend = context.backend;
    this.clock = context.clock;
    this.journal = context.journal;
  }

  async observe(): Promise<Reading> {
    const reading = await this.call("reading the guest", (signal) => this.backend.observe(this.guest, signal));
    for (const notice of reading.notices) this.journal.add({ kind: "notice", guest: this.guest, notice });
    return reading;
  }

  /** How large the guest is; null if that can't be told either. */
  async size(): Promise<GuestSize | null> {
    try {
      return await this.call("asking for its size", (signal) => this.backend.size(this.guest, signal));
    } catch (thrown) {
      if (thrown instanceof SelfballoonError) return null; // whoever reads the guest says so
      throw thrown;
    }
  }

  async apply(balloonTargetPages: number, pageBytes: number): Promise<void> {
    await this.call("moving the balloon", (signal) =>
      this.backend.apply(this.guest, balloonTargetPages, pageBytes, signal),
    );
  }

  /** Give all that it may have, or `maxBytes` if that is not null and less. */
  async release(maxBytes: number | null): Promise<void> {
    await this.call("giving memory back", (signal) => this.backend.release(this.guest, maxBytes, signal));
  }

  private call<T>(what: string, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    return withDeadline(this.clock, DEADLINE_MS, `${this.guest}: ${what}`, work);
  }
}
