import type { OpenBackend } from "../core/backend.ts";
import type {
  ControlPort,
  Gift,
  GuestStatus,
  ReservationStatus,
  ReservationWish,
  Reserved,
  TunableChanges,
  TunableStatus,
} from "../core/control.ts";
import {
  type Changed,
  type Controls,
  changeHands,
  changeTunables,
  firstControls,
  inForce,
  listTunables,
  reconfigure,
  termsOf,
} from "../core/controls/controls.ts";
import type { GuestSettingStatus } from "../core/controls/guest-setting-status.ts";
import type { SettingChanges } from "../core/controls/guest-settings.ts";
import { type Hand, handOf } from "../core/controls/hands.ts";
import { selfballoonError } from "../core/errors.ts";
import type { Safety } from "../core/guard/names.ts";
import { paceNotice } from "../core/guest/watch-pace.ts";
import type { HostReading } from "../core/host/host-reading.ts";
import type { Yield } from "../core/host/room.ts";
import type { HostRules } from "../core/host/rules.ts";
import type { HostStanding } from "../core/host/standing.ts";
import type { JournalRecord } from "../core/journal-record.ts";
import type { Policy } from "../core/policy.ts";
import type { Configured } from "../core/settings.ts";
import type { Snapshot } from "../core/snapshot.ts";
import type { SwapShrinker } from "../core/swap-shrinker.ts";
import type { TunableName, Tunables } from "../core/tunables.ts";
import type { Clock } from "../time/clock.ts";
import { giveBack, NOTHING_RELEASED, type Released } from "./give-back.ts";
import { GuestEnvs } from "./guest-envs.ts";
import { GuestRoster } from "./guest-roster.ts";
import { GuestRunner } from "./guest-runner.ts";
import type { Journal } from "./journal.ts";
import { Mind } from "./mind.ts";
import type { ReservationStore } from "./reservation-desk.ts";
import { type GuestSettingsStore, SettingsDesk } from "./settings-desk.ts";
import { SharedHost } from "./shared-host.ts";

/** On a host, guests that were found together take their first steps over this time. */
const SPREAD_MS = 1000;

/** What the daemon's description says besides, of what holds for all guests. */
const EVERYBODY = {
  managed: "",
  paused: "; all guests are paused until they are resumed",
  released: "; all guests are released until they are resumed",
} as const satisfies Record<Hand, string>;

/** What the worker is given. */
export interface WorkerOptions {
  /** What the daemon is doing, in one sentence. */
  readonly description: string;
  readonly backend: OpenBackend;
  readonly clock: Clock;
  readonly journal: Journal;
  readonly configured: Configured;
  /** How several guests share their host; absent in a guest. */
  readonly hostRules?: HostRules | null;
  /** Reads the host's own memory; absent where there is no host of ours to look at. */
  readonly readHost?: (() => HostReading) | null;
  /** Decide and record, move nothing. */
  readonly dryRun: boolean;
  /** How goals are found; the driver's way if it is not given. */
  readonly policy?: Policy;
  /** Where reservations are kept over a restart; absent: nowhere. */
  readonly reservationStore?: ReservationStore | null;
  /** Where what was set for single guests is kept over a restart; absent: nowhere. */
  readonly guestSettingsStore?: GuestSettingsStore | null;
  /** Brings pages back from compressed swap; absent where that is not in our reach, as on a host. */
  readonly swapShrinker?: SwapShrinker | null;
  /** Safeties of the guard that a scenario leaves out. */
  readonly without?: ReadonlySet<Safety>;
}

/** The worker: a runner for every guest, one board of tunables, and what others may see and do. */
export class Worker implements ControlPort {
  private readonly options: WorkerOptions;
  private readonly envs: GuestEnvs;
  private readonly mind: Mind;
  private readonly roster: GuestRoster;
  private controls: Controls;
  private readonly sharedHost: SharedHost;
  private readonly settingsDesk: SettingsDesk;
  /** As the configuration says; null where no host is shared. */
  private configuredRules: HostRules | null;
  /** Guests that were looked at between their steps when that was last judged. */
  private judgedWatched = 0;

  constructor(options: WorkerOptions) {
    const { backend, clock, journal, hostRules = null, readHost = null } = options;
    const {
      reservationStore = null,
      guestSettingsStore = null,
      configured,
      dryRun,
      without,
      policy = "driver",
    } = options;
    this.options = options;
    this.controls = firstControls(configured);
    this.configuredRules = hostRules;
    this.envs = new GuestEnvs(
      { isDryRun: dryRun, ...(without === undefined ? {} : { without }) },
      this.controls,
      hostRules,
    );
    this.mind = new Mind(policy, hostRules !== null, () => clock.nowMs());
    this.roster = new GuestRoster({
      backend,
      clock,
      journal,
      spreadMs: hostRules === null ? 0 : SPREAD_MS,
      onFound: (guest) => this.found(guest),
      onRemoved: (guest) => this.removed(guest),
      onRescan: () => {
        this.paceWatch();
        this.sharedHost.review();
      },
    });
    this.sharedHost = new SharedHost(hostRules === null ? null : this.ruled(hostRules), {
      clock,
      journal,
      mind: this.mind,
      readHost,
      reservationStore,
      yields: () => this.yields(),
      stepSoon: (guests) => this.stepSoon(guests),
      onRules: (rules) => this.envs.configure(this.controls, rules),
    });
    this.settingsDesk = new SettingsDesk({
      journal,
      mind: this.mind,
      store: hostRules === null ? null : guestSettingsStore,
      controls: () => this.controls,
      carryOut: (controls) => this.carryOut({ controls, written: [] }),
      runner: (guest) => this.roster.get(guest),
      configuredTerms: (guest) => this.configuredRules?.terms(guest) ?? null,
    });
  }

  /** Take over what was set for single guests before a restart, before anything is decided on them. */
  restoreSettings(): void {
    this.controls = this.settingsDesk.restored();
    this.envs.configure(this.controls, this.sharedHost.rules);
  }

  /** Find the guests and arm each; look for others from time to time. */
  async start(): Promise<void> {
    this.sharedHost.start();
    await this.roster.start();
    this.envs.watched = this.countWatched();
  }

  /** One step of every guest, now. */
  async stepOnce(): Promise<void> {
    const runners = await this.roster.find();
    if (this.sharedHost.rules !== null) for (const runner of runners) await runner.readSize();
    this.sharedHost.lookOnce();
    for (const runner of runners) await runner.stepOnce();
  }

  /**
   * End every runner and, unless `keepTargets`, give all memory back. What fails is recorded and holds nothing up.
   * @returns the guests that were given theirs, and those that could not be.
   */
  async stop(options: { readonly keepTargets: boolean }): Promise<Released> {
    // Each gets its memory as soon as its own step has ended: one that hangs holds up no other.
    this.sharedHost.stop();
    this.roster.stopLooking();
    const released = options.keepTargets
      ? NOTHING_RELEASED
      : await giveBack(this.roster.runners, this.options.journal, true);
    await this.roster.stop();
    await this.options.backend.close();
    return released;
  }

  /** False if a guest's step is long overdue: then the watchdog must not be fed. */
  isInTime(): boolean {
    return this.roster.runners.every((runner) => runner.isInTime());
  }

  /** Take over a configuration that was reloaded; what that changes for a guest is judged at once. */
  configure(configured: Configured, hostRules: HostRules | null = null): void {
    const isShared = this.sharedHost.rules !== null;
    if (hostRules !== null) {
      this.configuredRules = hostRules;
      this.sharedHost.rules = this.ruled(hostRules);
    }
    this.carryOut(reconfigure(this.controls, configured));
    if (hostRules === null || !isShared) return;
    this.sharedHost.announceRules();
    for (const runner of this.roster.runners) runner.settle();
  }

  describe(): string {
    return `${this.options.description}${EVERYBODY[this.controls.hands.everybody]}`;
  }

  guests(): readonly GuestStatus[] {
    return this.roster.runners.map((runner) => this.statusOf(runner));
  }

  /** How the host is shared, with what was set for single guests; null where none is. */
  get hostRules(): HostRules | null {
    return this.sharedHost.rules;
  }

  host(): HostStanding | null {
    return this.sharedHost.standing();
  }

  tunables(): readonly TunableStatus[] {
    return listTunables(this.controls);
  }

  change(changes: TunableChanges, privileged: boolean): readonly TunableStatus[] {
    this.carryOut(changeTunables(this.controls, changes, privileged));
    return this.tunables();
  }

  guestSettings(guest: string): readonly GuestSettingStatus[] {
    return this.settingsDesk.list(guest);
  }

  changeGuest(guest: string, changes: SettingChanges, privileged: boolean): readonly GuestSettingStatus[] {
    return this.settingsDesk.change(guest, changes, privileged);
  }

  pause(guests: readonly string[] | null): readonly GuestStatus[] {
    return this.takeInHand(guests, "paused").map((runner) => this.statusOf(runner));
  }

  resume(guests: readonly string[] | null): readonly GuestStatus[] {
    return this.takeInHand(guests, "managed").map((runner) => this.statusOf(runner));
  }

  async release(guests: readonly string[] | null): Promise<readonly Gift[]> {
    const { given, failed } = await giveBack(this.takeInHand(guests, "released"), this.options.journal);
    const [first] = failed;
    if (first !== undefined) throw first.thrown;
    return given;
  }

  reserve(wish: ReservationWish): Promise<Reserved> {
    return this.sharedHost.desk.reserve(wish);
  }

  reservations(): readonly ReservationStatus[] {
    return this.sharedHost.desk.list();
  }

  withdraw(id: string): ReservationStatus {
    return this.sharedHost.desk.withdraw(id);
  }

  snapshot(): Snapshot {
    return {
      ...this.mind.snapshot(this.sharedHost.rules?.budget ?? null),
      seq: this.options.journal.lastSeq,
      isDryRun: this.options.dryRun,
      hasCompressedSwap: this.controls.configured.settings.hasCompressedSwap,
    };
  }

  journalAfter(seq: number): readonly JournalRecord[] {
    return this.options.journal.after(seq);
  }

  subscribe(listener: (record: JournalRecord) => void): () => void {
    return this.options.journal.subscribe(listener);
  }

  private statusOf(runner: GuestRunner): GuestStatus {
    return { ...runner.status(), setAtRunTime: this.settingsDesk.namesOf(runner.guest) };
  }

  /** The rules of the configuration, with what was set for single guests. */
  private ruled(configured: HostRules): HostRules {
    return { ...configured, terms: (guest) => termsOf(this.controls, guest, configured.terms(guest)) };
  }

  private takeInHand(guests: readonly string[] | null, hand: Hand): readonly GuestRunner[] {
    const runners = guests?.map((guest) => this.runnerOf(guest)) ?? this.roster.runners;
    this.carryOut(changeHands(this.controls, guests, hand));
    return runners;
  }

  private runnerOf(guest: string): GuestRunner {
    const runner = this.roster.get(guest);
    if (runner === undefined) throw selfballoonError("ERR_GUEST_UNKNOWN", { guest });
    return runner;
  }

  private carryOut({ controls, written }: Changed): void {
    const { runners } = this.roster;
    const { journal } = this.options;
    const before = runners.map((runner) => runner.env.tunables);
    const handsBefore = this.controls.hands;
    this.controls = controls;
    this.envs.configure(controls, this.sharedHost.rules);
    for (const runner of runners) runner.pace();
    for (const { guest } of runners) {
      const hand = handOf(controls.hands, guest);
      if (hand !== handOf(handsBefore, guest))
        journal.add({ kind: "pause", guest, paused: hand === "paused", released: hand === "released" });
    }
    this.noteWrites(before, written);
  }

  private noteWrites(before: readonly Tunables[], written: readonly TunableName[]): void {
    const { settings } = inForce(this.controls);
    const turn = written.length === 0 ? null : this.mind.next();
    for (const [nth, runner] of this.roster.runners.entries()) {
      const old = before[nth] ?? runner.env.tunables;
      const isTurned = old.selfballooning !== runner.env.tunables.selfballooning && !written.includes("selfballooning");
      for (const name of isTurned ? [...written, "selfballooning" as const] : written) runner.noteWrite(name, old);
    }
    if (turn === null) return;
    const values = Object.fromEntries(written.map((name) => [name, settings.values[name]]));
    this.options.journal.add({ kind: "tunables", values, ...turn });
  }

  private found(guest: string): GuestRunner {
    const { backend, clock, journal, swapShrinker = null } = this.options;
    journal.add({ kind: "guest", guest, change: "found", ...this.mind.find(guest) });
    return new GuestRunner(guest, {
      backend,
      clock,
      journal,
      swapShrinker,
      mind: this.mind,
      envOf: (of, reservedMb) => this.envs.of(of, reservedMb),
      stepSoon: (guests) => this.stepSoon(guests),
    });
  }

  private stepSoon(guests: readonly string[]): void {
    for (const guest of guests) this.roster.get(guest)?.stepSoon();
  }

  private yields(): readonly Yield[] {
    return this.roster.runners.flatMap(({ guest, env }) => this.mind.yieldOf(guest, env) ?? []);
  }

  private removed(guest: string): void {
    this.options.journal.add({ kind: "guest", guest, change: "removed", ...this.mind.remove(guest) });
    this.envs.forget(guest);
  }

  /** Of guests that were managed for a while: only then it is known whether there is anything to look at. */
  private paceWatch(): void {
    const before = this.judgedWatched;
    this.judgedWatched = this.countWatched();
    this.envs.watched = this.judgedWatched;
    const notice = paceNotice(before, this.judgedWatched, inForce(this.controls).settings.values);
    if (notice !== null) this.options.journal.add({ kind: "notice", guest: "*", notice });
  }

  private countWatched(): number {
    return this.roster.runners.filter((runner) => runner.isWatched).length;
  }
}
