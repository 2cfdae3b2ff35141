import { ALL_GUESTS } from "../core/all-guests.ts";
import type { Cancellation, OpenBackend } from "../core/backend.ts";
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
import { inForce, termsOf } from "../core/controls/controls.ts";
import type { GuestSettingStatus } from "../core/controls/guest-setting-status.ts";
import type { SettingChanges } from "../core/controls/guest-settings.ts";
import type { Hand } from "../core/controls/hands.ts";
import type { Safety } from "../core/guard/names.ts";
import { paceNotice } from "../core/guest/watch-pace.ts";
import type { HostReading } from "../core/host/host-reading.ts";
import { accountOf } from "../core/host/ledger.ts";
import type { Yield } from "../core/host/room.ts";
import type { HostRules } from "../core/host/rules.ts";
import type { HostStanding } from "../core/host/standing.ts";
import type { JournalRecord } from "../core/journal-record.ts";
import type { GuestTerms } from "../core/limits.ts";
import type { Notice } from "../core/notices.ts";
import type { Policy } from "../core/policy.ts";
import type { Configured } from "../core/settings.ts";
import type { Snapshot } from "../core/snapshot.ts";
import type { SwapShrinker } from "../core/swap-shrinker.ts";
import type { Clock } from "../time/clock.ts";
import { ControlDesk } from "./control-desk.ts";
import { giveBack, NOTHING_RELEASED, type Released } from "./give-back.ts";
import { GuestEnvs } from "./guest-envs.ts";
import { GuestRoster } from "./guest-roster.ts";
import { GuestRunner } from "./guest-runner.ts";
import type { Journal } from "./journal.ts";
import { Mind } from "./mind.ts";
import { QuietWatch } from "./quiet-watch.ts";
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
  private readonly controlDesk: ControlDesk;
  private readonly sharedHost: SharedHost;
  private readonly settingsDesk: SettingsDesk;
  /** As the configuration says; null where no host is shared. */
  private configuredRules: HostRules | null;
  private readonly quietWatch: QuietWatch;
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
    this.configuredRules = hostRules;
    this.mind = new Mind(policy, hostRules !== null, () => clock.nowMs());
    this.controlDesk = new ControlDesk({
      configured,
      journal,
      mind: this.mind,
      runners: () => this.roster.runners,
      runner: (guest) => this.roster.get(guest),
      onChange: () => this.configureEnvs(),
    });
    this.quietWatch = new QuietWatch({
      clock,
      journal,
      guests: () => this.roster.runners.map(({ guest }) => guest),
      hoursOf: (guest) => this.configuredRules?.quietHours?.(guest) ?? [],
      onChange: () => this.configureEnvs(),
      stepSoon: (guests) => this.stepSoon(guests),
    });
    const rules = hostRules === null ? null : this.ruled(hostRules);
    this.envs = new GuestEnvs(
      { isDryRun: dryRun, ...(without === undefined ? {} : { without }) },
      this.controlDesk.controls,
      rules,
    );
    this.roster = new GuestRoster({
      backend,
      clock,
      journal,
      spreadMs: hostRules === null ? 0 : SPREAD_MS,
      onFound: (guest) => this.found(guest),
      onRemoved: (guest) => this.removed(guest),
      onRescan: () => {
        this.paceWatch();
        this.quietWatch.look();
        this.sharedHost.review();
      },
    });
    this.sharedHost = new SharedHost(rules, {
      clock,
      journal,
      mind: this.mind,
      readHost,
      reservationStore,
      yields: () => this.yields(),
      uncounted: () => this.uncounted(),
      stepSoon: (guests) => this.stepSoon(guests),
      onRules: () => this.configureEnvs(),
    });
    this.settingsDesk = new SettingsDesk({
      journal,
      mind: this.mind,
      store: hostRules === null ? null : guestSettingsStore,
      controls: () => this.controlDesk.controls,
      carryOut: (controls) => this.controlDesk.take({ controls, written: [] }),
      runner: (guest) => this.roster.get(guest),
      configuredTerms: (guest) => this.configuredRules?.terms(guest) ?? null,
    });
  }

  /** Take over what was set for single guests and reserved before a restart, before anybody can ask. */
  restore(): void {
    this.controlDesk.restore(this.settingsDesk.restored());
    this.sharedHost.desk.restore();
  }

  /** Find the guests and arm each; look for others from time to time. */
  async start(): Promise<void> {
    this.sharedHost.announceRules();
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
    this.controlDesk.reconfigure(configured);
    if (hostRules !== null && isShared) this.judgeAgain();
  }

  /** Take over what the fleet says, as part of what is configured; what was written at run time stays, and the budget too. */
  takeFleet(configured: Configured, hostRules: HostRules | null): void {
    const { rules } = this.sharedHost;
    if (hostRules !== null && rules !== null) {
      this.configuredRules = hostRules;
      this.sharedHost.rules = { ...this.ruled(hostRules), budget: rules.budget };
    }
    this.controlDesk.rebase(configured);
    if (rules !== null) this.judgeAgain();
  }

  private judgeAgain(): void {
    this.sharedHost.announceRules();
    for (const runner of this.roster.runners) runner.settle();
  }

  describe(): string {
    return `${this.options.description}${EVERYBODY[this.controlDesk.controls.hands.everybody]}`;
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
    return this.controlDesk.list();
  }

  change(changes: TunableChanges, privileged: boolean): readonly TunableStatus[] {
    return this.controlDesk.change(changes, privileged);
  }

  guestSettings(guest: string): readonly GuestSettingStatus[] {
    return this.settingsDesk.list(guest);
  }

  changeGuest(guest: string, changes: SettingChanges, privileged: boolean): readonly GuestSettingStatus[] {
    return this.settingsDesk.change(guest, changes, privileged);
  }

  pause(guests: readonly string[] | null): readonly GuestStatus[] {
    return this.controlDesk.takeInHand(guests, "paused").map((runner) => this.statusOf(runner));
  }

  resume(guests: readonly string[] | null): readonly GuestStatus[] {
    return this.controlDesk.takeInHand(guests, "managed").map((runner) => this.statusOf(runner));
  }

  async release(guests: readonly string[] | null): Promise<readonly Gift[]> {
    const { given, failed } = await giveBack(this.controlDesk.takeInHand(guests, "released"), this.options.journal);
    const [first] = failed;
    if (first !== undefined) throw first.thrown;
    return given;
  }

  async reserve(wish: ReservationWish, gone?: Cancellation): Promise<Reserved> {
    if (this.sharedHost.rules !== null) await this.meetGuests();
    return this.sharedHost.desk.reserve(wish, gone);
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
      hasCompressedSwap: this.controlDesk.controls.configured.settings.hasCompressedSwap,
    };
  }

  journalAfter(seq: number): readonly JournalRecord[] {
    return this.options.journal.after(seq);
  }

  subscribe(listener: (record: JournalRecord) => void): () => void {
    return this.options.journal.subscribe(listener);
  }

  /**
   * Who came or ended a moment ago is known by then, and what each has is charged: memory of a guest that nobody read is not
   * free, and one of the wish's name that has ended was not there before it.
   */
  private async meetGuests(): Promise<void> {
    await this.roster.look();
    const strangers = this.roster.runners.filter(({ guest }) => accountOf(this.mind.hostState.ledger, guest) === null);
    await Promise.all(strangers.map((runner) => runner.caughtUp()));
  }

  private statusOf(runner: GuestRunner): GuestStatus {
    return { ...runner.status(), setAtRunTime: this.settingsDesk.namesOf(runner.guest) };
  }

  /** The rules of the configuration, with what was set for single guests and what time it is. */
  private ruled(configured: HostRules): HostRules {
    const { quietWatch } = this;
    const terms = (guest: string): GuestTerms => ({
      ...termsOf(this.controlDesk.controls, guest, configured.terms(guest)),
      isQuiet: quietWatch.isQuiet(guest),
    });
    return { ...configured, terms };
  }

  private configureEnvs(): void {
    this.envs.configure(this.controlDesk.controls, this.sharedHost.rules);
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

  /** Guests that can't be read and never were have no account; those that were just found are asked at this moment. */
  private uncounted(): readonly Notice[] {
    const { ledger } = this.mind.hostState;
    const guests = this.roster.runners.filter(
      (runner) => runner.isUnreadable && accountOf(ledger, runner.guest) === null,
    ).length;
    const unsized: readonly Notice[] = guests === 0 ? [] : [{ code: "size_unknown", details: { guests } }];
    return this.roster.leavesOut === null ? unsized : [this.roster.leavesOut, ...unsized];
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
    const notice = paceNotice(before, this.judgedWatched, inForce(this.controlDesk.controls).settings.values);
    if (notice !== null) this.options.journal.add({ kind: "notice", guest: ALL_GUESTS, notice });
  }

  private countWatched(): number {
    return this.roster.runners.filter((runner) => runner.isWatched).length;
  }
}
