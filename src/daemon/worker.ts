import type { ControlPort, GuestStatus, JournalRecord, TunableChanges, TunableStatus } from "../core/control.ts";
import { selfballoonError } from "../core/errors.ts";
import type { HostRules } from "../core/host-rules.ts";
import type { Configured } from "../core/settings.ts";
import type { Tunables } from "../core/tunables.ts";
import { withDeadline } from "./deadline.ts";
import { faultOf } from "./fault.ts";
import { GuestLoop } from "./guest-loop.ts";
import { HostArbiter } from "./host-arbiter.ts";
import type { LoopContext } from "./loop-context.ts";
import { effectiveTunables, TunableBoard, type Write } from "./tunable-board.ts";
import { WatchPace } from "./watch-pace.ts";

/** How often guests that came and went are looked for. */
const RESCAN_MS = 5000;

/** On a host, guests that were found together take their first steps over this time. */
const SPREAD_MS = 1000;

/** The most guests that one daemon looks after. */
const MOST_GUESTS = 4096;

const FIND_DEADLINE_MS = 3000;

/** What the worker is given, besides what its loops need. */
export interface WorkerOptions extends Omit<LoopContext, "tunables" | "hasCompressedSwap" | "arbiter"> {
  /** What the daemon is doing, in one sentence. */
  readonly description: string;
  readonly configured: Configured;
  /** How several guests share their host; absent in a guest. */
  readonly hostRules?: HostRules | null;
}

/** What came of giving memory back. */
interface Released {
  /** Guests that were given theirs. */
  readonly given: readonly string[];
  readonly problems: readonly unknown[];
}

const NOTHING_RELEASED: Released = { given: [], problems: [] };

/** The worker: a loop for every guest, one board of tunables, and what others may see and do. */
export class Worker implements ControlPort {
  private readonly options: WorkerOptions;
  private readonly board: TunableBoard;
  private readonly watchPace = new WatchPace();
  /** Guests that are looked at between their steps. */
  private watched = 0;
  private readonly loops = new Map<string, GuestLoop>();
  /** Names, not loops: a guest that reboots stays paused. */
  private readonly paused = new Set<string>();
  private readonly arbiter: HostArbiter | null;
  private cancelRescan: () => void = () => {};
  private stopped = false;

  constructor(options: WorkerOptions) {
    this.options = options;
    this.board = new TunableBoard(options.configured);
    const hurry = (guests: readonly string[]): void => {
      for (const guest of guests) this.loops.get(guest)?.hurry();
    };
    const { hostRules = null } = options;
    this.arbiter = hostRules === null ? null : new HostArbiter(hostRules, options.journal, hurry);
  }

  /** Find the guests and arm a loop for each; look for others from time to time. */
  async start(): Promise<void> {
    await this.rescan();
  }

  /** One step of every guest, now. */
  async stepOnce(): Promise<void> {
    for (const guest of await this.findGuests()) await this.loopFor(guest).stepOnce();
  }

  /**
   * End every loop and, unless `keepTargets`, give all memory back. What fails is recorded and holds nothing up.
   * @returns the guests that were given theirs.
   */
  async stop(options: { readonly keepTargets: boolean }): Promise<readonly string[]> {
    this.stopped = true;
    this.cancelRescan();
    await Promise.all([...this.loops.values()].map((loop) => loop.stop()));
    const { given } = options.keepTargets ? NOTHING_RELEASED : await this.releaseAll();
    await this.options.backend.close();
    return given;
  }

  /** False if a guest's step is long overdue: then the watchdog must not be fed. */
  isInTime(): boolean {
    return [...this.loops.values()].every((loop) => loop.isInTime());
  }

  /** Take over a configuration that was read anew. */
  configure(configured: Configured, hostRules: HostRules | null = null): void {
    if (hostRules !== null) this.arbiter?.configure(hostRules);
    this.carryOut(this.board.configure(configured));
  }

  describe(): string {
    return this.options.description;
  }

  guests(): readonly GuestStatus[] {
    return [...this.loops.values()].map((loop) => loop.status());
  }

  tunables(): readonly TunableStatus[] {
    return this.board.list();
  }

  change(changes: TunableChanges, privileged: boolean): readonly TunableStatus[] {
    this.carryOut(this.board.change(changes, privileged));
    return this.board.list();
  }

  pause(guest: string, paused: boolean): GuestStatus {
    const loop = this.loops.get(guest);
    if (loop === undefined) throw selfballoonError("ERR_GUEST_UNKNOWN", { guest });
    if (paused !== this.paused.has(guest)) {
      if (paused) this.paused.add(guest);
      else this.paused.delete(guest);
      this.options.journal.add({ kind: "pause", guest, paused });
    }
    return loop.status();
  }

  async release(): Promise<readonly string[]> {
    this.change({ selfballooning: "0" }, true);
    const { given, problems } = await this.releaseAll();
    if (problems.length > 0) throw problems[0];
    return given;
  }

  journalAfter(seq: number): readonly JournalRecord[] {
    return this.options.journal.after(seq);
  }

  subscribe(listener: (record: JournalRecord) => void): () => void {
    return this.options.journal.subscribe(listener);
  }

  private carryOut(writes: readonly Write[]): void {
    for (const { name, before, after } of writes) {
      for (const [guest, loop] of this.loops) {
        const under = (configured: Configured): Tunables => effectiveTunables(configured, guest, loop.startReservedMb);
        loop.noteWrite(name, under(before), under(after));
      }
    }
    const values = Object.fromEntries(writes.map(({ name, after }) => [name, after.settings.values[name]]));
    if (writes.length > 0) this.options.journal.add({ kind: "tunables", values });
  }

  /** Every guest is tried, whatever becomes of the others; what went wrong is recorded and returned. */
  private async releaseAll(): Promise<Released> {
    const problems: unknown[] = [];
    const given: string[] = [];
    const releases = [...this.loops].map(async ([guest, loop]) => {
      try {
        if (await loop.release()) given.push(guest);
      } catch (thrown) {
        this.options.journal.add(faultOf(guest, thrown));
        problems.push(thrown);
      }
    });
    await Promise.all(releases);
    return { given, problems };
  }

  private async rescan(): Promise<void> {
    this.tellPace();
    try {
      const found = await this.findGuests();
      const added = found.filter((guest) => !this.loops.has(guest));
      const spreadMs = this.arbiter === null ? 0 : SPREAD_MS / added.length;
      added.forEach((guest, index) => void this.loopFor(guest).start(index * spreadMs));
      await this.dropAbsent(new Set(found));
      this.watched = this.countWatched();
    } catch (thrown) {
      this.options.journal.add(faultOf("*", thrown));
    }
    if (!this.stopped) this.cancelRescan = this.options.clock.after(RESCAN_MS, () => void this.rescan());
  }

  private countWatched(): number {
    return [...this.loops.values()].filter((loop) => loop.isWatched).length;
  }

  /** Of guests that were looked after for a while: only then it is known whether there is anything to look at. */
  private tellPace(): void {
    const notice = this.watchPace.notice(this.countWatched(), this.board.values);
    if (notice !== null) this.options.journal.add({ kind: "notice", guest: "*", notice });
  }

  private async findGuests(): Promise<readonly string[]> {
    const { backend, clock } = this.options;
    const found = await withDeadline(clock, FIND_DEADLINE_MS, "finding guests", (signal) => backend.guests(signal));
    return found.slice(0, MOST_GUESTS);
  }

  private loopFor(guest: string): GuestLoop {
    const existing = this.loops.get(guest);
    if (existing !== undefined) return existing;
    const { hasCompressedSwap } = this.board;
    const tunables: LoopContext["tunables"] = (of, startReservedMb) =>
      this.board.forGuest(of, startReservedMb, this.watched);
    const loop = new GuestLoop(guest, {
      ...this.options,
      hasCompressedSwap,
      tunables,
      isPaused: (of) => this.paused.has(of),
      arbiter: this.arbiter,
    });
    this.loops.set(guest, loop);
    return loop;
  }

  /** The loops end first: a step under way would open the guest's accounts again. */
  private async dropAbsent(present: ReadonlySet<string>): Promise<void> {
    const absent = [...this.loops].filter(([guest]) => !present.has(guest));
    for (const [guest] of absent) this.loops.delete(guest);
    await Promise.all(absent.map(([, loop]) => loop.stop()));
    for (const [guest] of absent) {
      this.arbiter?.forget(guest);
      this.board.forget(guest);
    }
  }
}
