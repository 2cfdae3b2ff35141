import type { OpenBackend } from "../core/backend.ts";
import type { Clock } from "./clock.ts";
import { withDeadline } from "./deadline.ts";
import { faultOf } from "./fault.ts";
import type { GuestLoop } from "./guest-loop.ts";
import type { Journal } from "./journal.ts";

/** How often guests that came and went are looked for. */
const RESCAN_MS = 5000;

/** The most guests that one daemon looks after. */
const MOST_GUESTS = 4096;

const FIND_DEADLINE_MS = 3000;

/** What the roster is given. */
export interface GuestRosterOptions {
  readonly backend: OpenBackend;
  readonly clock: Clock;
  readonly journal: Journal;
  /** Guests that were found together take their first steps over this time. */
  readonly spreadMs: number;
  readonly makeLoop: (guest: string) => GuestLoop;
  /** Guests are looked for: those of before have been looked after for a while. */
  readonly onRescan: () => void;
  /** A guest is gone and its loop has ended. */
  readonly onGone: (guest: string) => void;
}

/** The guests that there are, and a loop for each. */
export class GuestRoster {
  private readonly options: GuestRosterOptions;
  private readonly byName = new Map<string, GuestLoop>();
  private cancelRescan: () => void = () => {};
  private stopped = false;

  constructor(options: GuestRosterOptions) {
    this.options = options;
  }

  get loops(): readonly GuestLoop[] {
    return [...this.byName.values()];
  }

  get(guest: string): GuestLoop | undefined {
    return this.byName.get(guest);
  }

  /** Find the guests and start a loop for each; look for others from time to time. */
  async start(): Promise<void> {
    await this.rescan();
  }

  /** Find the guests; their loops are there, but not started. */
  async find(): Promise<readonly GuestLoop[]> {
    return (await this.findNames()).map((guest) => this.loopFor(guest));
  }

  /** No guest is looked for any more, and every loop ends. */
  async stop(): Promise<void> {
    this.stopped = true;
    this.cancelRescan();
    await Promise.all(this.loops.map((loop) => loop.stop()));
  }

  private async rescan(): Promise<void> {
    this.options.onRescan();
    try {
      const found = await this.findNames();
      if (this.stopped) return;
      const added = found.filter((guest) => !this.byName.has(guest));
      const spreadMs = this.options.spreadMs / added.length;
      added.forEach((guest, index) => void this.loopFor(guest).start(index * spreadMs));
      await this.dropAbsent(new Set(found));
    } catch (thrown) {
      this.options.journal.add(faultOf("*", thrown));
    }
    if (!this.stopped) this.cancelRescan = this.options.clock.after(RESCAN_MS, () => void this.rescan());
  }

  private async findNames(): Promise<readonly string[]> {
    const { backend, clock } = this.options;
    const found = await withDeadline(clock, FIND_DEADLINE_MS, "finding guests", (signal) => backend.guests(signal));
    return found.slice(0, MOST_GUESTS);
  }

  private loopFor(guest: string): GuestLoop {
    const existing = this.byName.get(guest);
    if (existing !== undefined) return existing;
    const loop = this.options.makeLoop(guest);
    this.byName.set(guest, loop);
    return loop;
  }

  /** The loops end first: a step under way would open the guest's accounts again. */
  private async dropAbsent(present: ReadonlySet<string>): Promise<void> {
    const absent = [...this.byName].filter(([guest]) => !present.has(guest));
    for (const [guest] of absent) this.byName.delete(guest);
    await Promise.all(absent.map(([, loop]) => loop.stop()));
    for (const [guest] of absent) this.options.onGone(guest);
  }
}
