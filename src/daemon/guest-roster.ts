import { allGuests } from "../core/all-found.ts";
import { ALL_GUESTS } from "../core/all-guests.ts";
import type { OpenBackend } from "../core/backend.ts";
import type { Notice } from "../core/notices.ts";
import type { Clock } from "../time/clock.ts";
import { withDeadline } from "../time/deadline.ts";
import { problemFrom } from "./fault.ts";
import { FaultLog } from "./fault-log.ts";
import type { GuestRunner } from "./guest-runner.ts";
import type { Journal } from "./journal.ts";

/** How often guests that came and went are looked for, whatever the backend says. */
const RESCAN_MS = 5000;

/** How long after a look the next one is made if the backend says that guests came or went. */
const AGAIN_MS = 250;

/** The most guests that one daemon manages. */
const MAX_GUESTS = 4096;

const FIND_DEADLINE_MS = 3000;

/** What the roster is given. */
export interface GuestRosterOptions {
  readonly backend: OpenBackend;
  readonly clock: Clock;
  readonly journal: Journal;
  /** Guests that were found together take their first steps over this time. */
  readonly spreadMs: number;
  /** A guest was found. */
  readonly onFound: (guest: string) => GuestRunner;
  /** A guest has disappeared and its runner has ended. */
  readonly onRemoved: (guest: string) => void;
  /** Guests are looked for: those of before have been managed for a while. */
  readonly onRescan: () => void;
}

/** The guests that there are, and a runner for each. */
export class GuestRoster {
  private readonly options: GuestRosterOptions;
  private readonly faults: FaultLog;
  private readonly byName = new Map<string, GuestRunner>();
  private cancelRescan: () => void = () => {};
  private lookedAtMs = Number.NEGATIVE_INFINITY;
  /** Guests may have come or gone since they were looked for. */
  private hasNews = false;
  /** Guests are being looked for. */
  private looking: Promise<void> | null = null;
  private stopped = false;
  private leftOut: Notice | null = null;

  constructor(options: GuestRosterOptions) {
    this.options = options;
    this.faults = new FaultLog(ALL_GUESTS, options.journal);
  }

  get runners(): readonly GuestRunner[] {
    return [...this.byName.values()];
  }

  /** That there are more guests than are managed, of whose memory nothing is counted; null: there are not. */
  get leavesOut(): Notice | null {
    return this.leftOut;
  }

  get(guest: string): GuestRunner | undefined {
    return this.byName.get(guest);
  }

  /** Find the guests and start a runner for each; look for others when the backend says so, and from time to time. */
  async start(): Promise<void> {
    this.options.backend.listen?.(() => this.takeNews());
    await this.rescan();
  }

  /** Look for guests now, not when it is time. */
  async look(): Promise<void> {
    await this.looking;
    await this.rescan();
  }

  /** Find the guests; their runners are there, but not started. */
  async find(): Promise<readonly GuestRunner[]> {
    return (await this.findNames(allGuests)).map((guest) => this.runnerFor(guest));
  }

  /** No guest is looked for any more. */
  stopLooking(): void {
    this.stopped = true;
    this.cancelRescan();
  }

  /** ... and every runner ends. */
  async stop(): Promise<void> {
    this.stopLooking();
    await Promise.all(this.runners.map((runner) => runner.stop()));
  }

  private takeNews(): void {
    if (this.hasNews) return;
    this.hasNews = true;
    if (this.looking === null) this.plan();
  }

  /** The next look: however often guests come and go, they are not looked for all the time. */
  private plan(): void {
    this.cancelRescan();
    if (this.stopped) return;
    const dueMs = this.lookedAtMs + (this.hasNews ? AGAIN_MS : RESCAN_MS) - this.options.clock.nowMs();
    this.cancelRescan = this.options.clock.after(Math.max(0, dueMs), () => void this.rescan());
  }

  private rescan(): Promise<void> {
    this.cancelRescan();
    this.hasNews = false;
    this.looking = this.lookForGuests().finally(() => {
      this.looking = null;
      this.lookedAtMs = this.options.clock.nowMs();
      this.plan();
    });
    return this.looking;
  }

  private async lookForGuests(): Promise<void> {
    this.options.onRescan();
    try {
      const found = await this.findNames((backend, signal) => backend.guests(signal));
      if (this.stopped) return;
      this.tellProblems();
      const added = found.filter((guest) => !this.byName.has(guest));
      const spreadMs = this.options.spreadMs / added.length;
      added.forEach((guest, index) => void this.runnerFor(guest).start(index * spreadMs));
      await this.dropAbsent(new Set(found));
    } catch (thrown) {
      this.faults.tell(problemFrom(thrown), null);
    }
  }

  private tellProblems(): void {
    this.faults.tellAll((this.options.backend.problems?.() ?? []).map(problemFrom));
  }

  private async findNames(look: typeof allGuests): Promise<readonly string[]> {
    const { backend, clock } = this.options;
    const found = await withDeadline(clock, FIND_DEADLINE_MS, "finding guests", (signal) => look(backend, signal));
    return this.withinLimit(found);
  }

  /** Whoever is managed stays so, whatever others are called. Those that are left out are told once. */
  private withinLimit(found: readonly string[]): readonly string[] {
    if (found.length <= MAX_GUESTS) {
      this.leftOut = null;
      return found;
    }
    const notice: Notice = { code: "guests_left_out", details: { found: found.length, max: MAX_GUESTS } };
    if (this.leftOut === null) this.options.journal.add({ kind: "notice", guest: ALL_GUESTS, notice });
    this.leftOut = notice;
    const known = found.filter((guest) => this.byName.has(guest));
    const others = found.filter((guest) => !this.byName.has(guest));
    return [...known, ...others].slice(0, MAX_GUESTS);
  }

  private runnerFor(guest: string): GuestRunner {
    const existing = this.byName.get(guest);
    if (existing !== undefined) return existing;
    const runner = this.options.onFound(guest);
    this.byName.set(guest, runner);
    return runner;
  }

  /** The runners end first: a step under way would open the guest's account again. */
  private async dropAbsent(present: ReadonlySet<string>): Promise<void> {
    const absent = [...this.byName].filter(([guest]) => !present.has(guest));
    for (const [guest] of absent) this.byName.delete(guest);
    await Promise.all(absent.map(([, runner]) => runner.stop()));
    for (const [guest] of absent) this.options.onRemoved(guest);
  }
}
