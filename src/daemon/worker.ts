import type { ControlPort, GuestStatus, JournalRecord, TunableChanges, TunableStatus } from "../core/control.ts";
import { selfballoonError } from "../core/errors.ts";
import type { HostRules } from "../core/host/rules.ts";
import type { Configured } from "../core/settings.ts";
import type { Tunables } from "../core/tunables.ts";
import { faultOf } from "./fault.ts";
import { GuestLoop } from "./guest-loop.ts";
import { GuestRoster } from "./guest-roster.ts";
import { HostArbiter } from "./host-arbiter.ts";
import type { LoopContext } from "./loop-context.ts";
import { effectiveTunables, TunableBoard, type Write } from "./tunable-board.ts";
import { WatchPace } from "./watch-pace.ts";

/** On a host, guests that were found together take their first steps over this time. */
const SPREAD_MS = 1000;

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
  private readonly roster: GuestRoster;
  /** Names, not loops: a guest that reboots stays paused. */
  private readonly paused = new Set<string>();
  private readonly arbiter: HostArbiter | null;

  constructor(options: WorkerOptions) {
    const { backend, clock, journal, hostRules = null } = options;
    this.options = options;
    this.board = new TunableBoard(options.configured);
    const hurry = (guests: readonly string[]): void => {
      for (const guest of guests) this.roster.get(guest)?.hurry();
    };
    this.arbiter = hostRules === null ? null : new HostArbiter(hostRules, journal, hurry);
    this.roster = new GuestRoster({
      backend,
      clock,
      journal,
      spreadMs: hostRules === null ? 0 : SPREAD_MS,
      makeLoop: (guest) => this.makeLoop(guest),
      onRescan: () => this.paceWatch(),
      onGone: (guest) => {
        this.arbiter?.forget(guest);
        this.board.forget(guest);
      },
    });
  }

  /** Find the guests and arm a loop for each; look for others from time to time. */
  async start(): Promise<void> {
    await this.roster.start();
    this.watched = this.countWatched();
  }

  /** One step of every guest, now. */
  async stepOnce(): Promise<void> {
    for (const loop of await this.roster.find()) await loop.stepOnce();
  }

  /**
   * End every loop and, unless `keepTargets`, give all memory back. What fails is recorded and holds nothing up.
   * @returns the guests that were given theirs.
   */
  async stop(options: { readonly keepTargets: boolean }): Promise<readonly string[]> {
    await this.roster.stop();
    const { given } = options.keepTargets ? NOTHING_RELEASED : await this.releaseAll();
    await this.options.backend.close();
    return given;
  }

  /** False if a guest's step is long overdue: then the watchdog must not be fed. */
  isInTime(): boolean {
    return this.roster.loops.every((loop) => loop.isInTime());
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
    return this.roster.loops.map((loop) => loop.status());
  }

  tunables(): readonly TunableStatus[] {
    return this.board.list();
  }

  change(changes: TunableChanges, privileged: boolean): readonly TunableStatus[] {
    this.carryOut(this.board.change(changes, privileged));
    return this.board.list();
  }

  pause(guest: string, paused: boolean): GuestStatus {
    const loop = this.roster.get(guest);
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
      for (const loop of this.roster.loops) {
        const under = (configured: Configured): Tunables =>
          effectiveTunables(configured, loop.guest, loop.startReservedMb);
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
    const releases = this.roster.loops.map(async (loop) => {
      try {
        if (await loop.release()) given.push(loop.guest);
      } catch (thrown) {
        this.options.journal.add(faultOf(loop.guest, thrown));
        problems.push(thrown);
      }
    });
    await Promise.all(releases);
    return { given, problems };
  }

  private makeLoop(guest: string): GuestLoop {
    const { hasCompressedSwap } = this.board;
    const tunables: LoopContext["tunables"] = (of, startReservedMb) =>
      this.board.forGuest(of, startReservedMb, this.watched);
    return new GuestLoop(guest, {
      ...this.options,
      hasCompressedSwap,
      tunables,
      isPaused: (of) => this.paused.has(of),
      arbiter: this.arbiter,
    });
  }

  /** Of guests that were looked after for a while: only then it is known whether there is anything to look at. */
  private paceWatch(): void {
    this.watched = this.countWatched();
    const notice = this.watchPace.notice(this.watched, this.board.values);
    if (notice !== null) this.options.journal.add({ kind: "notice", guest: "*", notice });
  }

  private countWatched(): number {
    return this.roster.loops.filter((loop) => loop.isWatched).length;
  }
}
