import type { OpenBackend, Reading, WatchSample } from "../core/backend.ts";
import type { Gift, GuestStatus } from "../core/control.ts";
import type { Cause, GiveCause, GuestEnv, GuestEvent } from "../core/guest/events.ts";
import { startReservedMb } from "../core/startup.ts";
import type { SwapShrinker } from "../core/swap-shrinker.ts";
import type { TunableName, Tunables } from "../core/tunables.ts";
import type { Clock } from "../time/clock.ts";
import { EffectRunner } from "./effect-runner.ts";
import { leftAloneState, problemFrom } from "./fault.ts";
import { FaultLog } from "./fault-log.ts";
import { GuestCalls } from "./guest-calls.ts";
import { GuestQueue } from "./guest-queue.ts";
import { GuestWatch } from "./guest-watch.ts";
import type { Journal } from "./journal.ts";
import type { Mind, Taken } from "./mind.ts";
import { ShrinkJob } from "./shrink-job.ts";
import { StepTimer } from "./step-timer.ts";

/** What a guest's runner works with. */
export interface RunnerContext {
  readonly backend: OpenBackend;
  readonly clock: Clock;
  readonly journal: Journal;
  readonly mind: Mind;
  /** What the guest's decisions depend on now; `reservedMb` is its own default of `selfballoon_reserved_mb`. */
  readonly envOf: (guest: string, reservedMb: number) => GuestEnv;
  /** These guests hold what another waits for: they are to step now. */
  readonly stepSoon: (guests: readonly string[]) => void;
  /** Brings pages back from the guest's compressed swap; absent where that is not in our reach, as on a host. */
  readonly swapShrinker?: SwapShrinker | null;
}

/**
 * One guest: reads it when its time has come, hands the core what happened, and does what comes back. What goes wrong is a
 * state of this guest, and of no other.
 */
export class GuestRunner {
  readonly guest: string;
  private readonly context: RunnerContext;
  private readonly timer: StepTimer;
  private readonly queue: GuestQueue;
  private readonly calls: GuestCalls;
  private readonly faults: FaultLog;
  private readonly watch: GuestWatch;
  private readonly shrinkJob: ShrinkJob | null;
  private readonly effects: EffectRunner;
  private firstReservedMb = 0;
  private steps = 0;
  private isAnswering = false;
  private isSteppingSoon = false;
  private stopped = false;

  constructor(guest: string, context: RunnerContext) {
    const { backend, clock, journal, mind, stepSoon, swapShrinker = null } = context;
    this.guest = guest;
    this.context = context;
    this.timer = new StepTimer(clock);
    this.calls = new GuestCalls(guest, context);
    this.faults = new FaultLog(guest, journal);
    this.queue = new GuestQueue((thrown) => this.faults.tell(problemFrom(thrown), null));
    this.shrinkJob = swapShrinker === null ? null : new ShrinkJob(guest, swapShrinker, journal);
    const tunables = (): Tunables => this.env.tunables;
    this.watch = new GuestWatch({ guest, backend, clock, tunables, onSample: (sample) => this.takeSample(sample) });
    this.effects = new EffectRunner({
      guest,
      mind,
      journal,
      stepSoon,
      calls: this.calls,
      shrinkJob: this.shrinkJob,
      nowMs: () => clock.nowMs(),
      env: () => this.env,
      arm: (delayMs) => this.arm(delayMs),
      answerShortage: () => this.answerShortage(),
    });
  }

  /** 10 % of the RAM that the guest had when it was first read, in MiB; 0 before that. */
  get reservedMb(): number {
    return this.firstReservedMb;
  }

  /** What its decisions depend on now. */
  get env(): GuestEnv {
    return this.context.envOf(this.guest, this.reservedMb);
  }

  /** Whether it was ever read and decided on: from one that was not, this daemon took nothing. */
  get wasDecidedOn(): boolean {
    return this.effects.last !== null;
  }

  /** Whether the guest is looked at between its steps. */
  get isWatched(): boolean {
    return this.watch.isWatching;
  }

  /** The first step comes one interval after this, and `laterMs` more, so that many guests are not all due at once. */
  start(laterMs = 0): void {
    void this.queue.add(() => this.happen({ kind: "started", laterMs }));
    if (laterMs === 0) this.watch.pace();
    else this.context.clock.after(laterMs, () => this.pace());
  }

  /** The tunables or the number of guests changed: look as often as they say now. */
  pace(): void {
    if (!this.stopped) this.watch.pace();
  }

  /** No further step begins; resolves when the one under way has ended. */
  async stop(): Promise<void> {
    this.stopped = true;
    this.watch.stop();
    this.timer.disarm();
    await this.shrinkJob?.stop();
    await this.queue.ended();
  }

  /** A tunable was written: an idle guest may have something to do again. */
  noteWrite(name: TunableName, before: Tunables): void {
    if (this.stopped) return;
    this.effects.carryOutNow(this.effects.take({ kind: "written", name, before }));
    this.watch.pace();
  }

  /** Resolves when all that is to be done for it now has ended, each within its deadline. */
  caughtUp(): Promise<void> {
    return this.queue.ended();
  }

  /** What holds for it may be something else: judge at once whether it is to be given anything. */
  settle(): void {
    void this.queue.add(() => this.happen({ kind: "settled" }));
  }

  /** Give the guest all that it may have, once the step under way has ended. @returns null if there was nothing to give. @throws what kept it from being given. */
  async giveAll(because: GiveCause): Promise<Gift | null> {
    let gift: Gift | null = null;
    let problem: unknown = null;
    await this.queue.add(async () => {
      try {
        await this.shrinkJob?.stop();
        if (this.isOnlyFound) await this.effects.readSize();
        const taken = this.effects.take({ kind: "asked_all", because });
        await this.effects.carryOut(taken, 0);
        if (!this.hasBalloon) return;
        for (const effect of taken.effects) if (effect.kind === "give_all") gift = this.giftOf(effect);
      } catch (thrown) {
        problem = thrown;
      }
    });
    if (problem !== null) throw problem;
    return gift;
  }

  /** False if a step is long overdue. */
  isInTime(): boolean {
    return this.timer.isInTime;
  }

  get isUnreadable(): boolean {
    return this.faults.problem !== null;
  }

  status(): Omit<GuestStatus, "setAtRunTime"> {
    const { last } = this.effects;
    const { problem } = this.faults;
    const { tunables, isPaused, isReleased, isDryRun } = this.env;
    return {
      guest: this.guest,
      state: problem !== null ? "unreadable" : this.timer.isArmed ? "armed" : "idle",
      paused: isPaused,
      released: isReleased,
      dryRun: isDryRun,
      steps: this.steps,
      observation: last?.observation ?? null,
      decision: last?.decision ?? null,
      wantedPages: last?.wantedPages ?? null,
      tunables,
      problem,
    };
  }

  /** Read how large it is: what it has counts before anything is granted to another. */
  async readSize(): Promise<void> {
    await this.effects.readSize();
  }

  /** One pass, now; what goes wrong is thrown. */
  async stepOnce(): Promise<void> {
    await this.pass("interval");
  }

  /** Another guest waits for memory that this one may have too much of: step before it is due. */
  stepSoon(): void {
    if (this.isSteppingSoon || this.stopped || this.effects.last === null) return;
    this.isSteppingSoon = true;
    void this.queue.add(async () => {
      this.isSteppingSoon = false;
      await this.tryPass("soon");
    });
  }

  private giftOf({ bytes, ofBytes, isAll }: Omit<Gift, "guest">): Gift {
    return { guest: this.guest, bytes, ofBytes, isAll };
  }

  /** Whether it is to be given memory of a shared host before anything is known of it. */
  private get isOnlyFound(): boolean {
    const { host, isDryRun } = this.env;
    return host?.terms.isManaged === true && !isDryRun && this.effects.last === null;
  }

  private get hasBalloon(): boolean {
    const { last } = this.effects;
    return last === null || last.observation.balloonCurrentPages !== null;
  }

  private arm(delayMs: number): void {
    if (this.stopped) return;
    this.timer.arm(
      delayMs,
      () =>
        void this.queue.add(async () => {
          await this.tryPass("interval");
          this.timer.disarm();
          if (!this.stopped) this.effects.carryOutNow(this.effects.take({ kind: "ended" }));
        }),
    );
  }

  private answerShortage(): void {
    if (this.isAnswering || this.stopped) return;
    this.isAnswering = true;
    const beganMs = this.context.clock.nowMs();
    void this.queue.add(async () => {
      await this.tryPass("shortage", beganMs).finally(() => {
        this.isAnswering = false;
      });
    });
  }

  private takeSample(sample: WatchSample): void {
    if (this.stopped) return;
    try {
      this.effects.carryOutNow(this.effects.take({ kind: "sampled", sample }));
    } catch (thrown) {
      this.faults.tell(problemFrom(thrown), null);
    }
  }

  /** One pass; what goes wrong is a state of this guest. */
  private async tryPass(cause: Cause, beganMs = this.context.clock.nowMs()): Promise<void> {
    if (this.stopped) return;
    try {
      await this.pass(cause, beganMs);
      this.faults.clear();
    } catch (thrown) {
      await this.noteFault(thrown);
    }
    await this.happen({ kind: "settled" });
  }

  private async pass(cause: Cause, beganMs = this.context.clock.nowMs()): Promise<void> {
    await this.shrinkJob?.stop();
    let taken = this.effects.take({ kind: "observed", reading: await this.observe(), cause, isAgain: false });
    if (taken.effects.some(({ kind }) => kind === "read_again")) {
      taken = this.effects.take({ kind: "observed", reading: await this.observe(), cause, isAgain: true });
    }
    if (cause !== "shortage") this.steps += 1;
    await this.effects.carryOut(taken, beganMs);
  }

  private async observe(): Promise<Reading> {
    const reading = await this.calls.observe();
    const { totalramPages, pageBytes } = reading.observation;
    if (this.firstReservedMb === 0 && totalramPages !== null)
      this.firstReservedMb = startReservedMb(totalramPages, pageBytes);
    return reading;
  }

  private async noteFault(thrown: unknown): Promise<void> {
    const problem = problemFrom(thrown);
    const taken = this.effects.take({ kind: "unreadable", state: leftAloneState(problem) });
    this.faults.tell(problem, taken.turn);
    await this.carryOutOrTell(taken);
  }

  private async happen(event: GuestEvent): Promise<void> {
    if (!this.stopped) await this.carryOutOrTell(this.effects.take(event));
  }

  private async carryOutOrTell(taken: Taken): Promise<void> {
    try {
      await this.effects.carryOut(taken, 0);
    } catch (thrown) {
      this.faults.tell(problemFrom(thrown), null);
    }
  }
}
