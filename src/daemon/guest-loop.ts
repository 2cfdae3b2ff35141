import type { GuestStatus } from "../core/control.ts";
import { armsAfterRun, armsOnWrite } from "../core/guest/arming.ts";
import type { TunableName, Tunables } from "../core/tunables.ts";
import { FailOpen } from "./fail-open.ts";
import { FastLane } from "./fast-lane.ts";
import { GuestStepper } from "./guest-stepper.ts";
import { GuestWork } from "./guest-work.ts";
import type { LoopContext } from "./loop-context.ts";
import { StepTimer } from "./step-timer.ts";

/** One guest: a delayed job that steps and re-arms itself, and a watch in between. */
export class GuestLoop {
  readonly guest: string;
  private readonly context: LoopContext;
  private readonly timer: StepTimer;
  private readonly work: GuestWork;
  private readonly stepper: GuestStepper;
  private readonly fastLane: FastLane;
  private readonly failOpen: FailOpen;
  private isAnswering = false;
  private isHurried = false;
  private stopped = false;

  constructor(guest: string, context: LoopContext) {
    const { backend, clock, journal } = context;
    this.guest = guest;
    this.context = context;
    this.timer = new StepTimer(clock);
    this.stepper = new GuestStepper(guest, context, {
      mayMove: () => this.mayMove(),
      onRead: () => this.failOpen.noteGood(),
    });
    this.failOpen = new FailOpen({
      guest,
      clock,
      journal,
      giveAll: (restarts) => this.stepper.giveAll(restarts),
    });
    this.work = new GuestWork({
      guest,
      journal,
      onFault: (thrown) => this.noteFault(thrown),
      afterEach: async () => {
        if (this.stopped) return;
        await this.stepper.chargeUnread();
        await this.failOpen.check(this.stepper.tunables());
      },
    });
    this.fastLane = new FastLane({
      guest,
      backend,
      clock,
      tunables: () => this.stepper.tunables(),
      linePages: () => (this.failOpen.isOpen ? null : this.stepper.linePages()),
      onShort: () => this.answerShortage(),
      onRise: (risePages) => this.stepper.noteRise(risePages),
    });
  }

  /** The guest's own default of `selfballoon_reserved_mb`; 0 before it was first read. */
  get startReservedMb(): number {
    return this.stepper.startReservedMb;
  }

  /** Whether the guest is looked at between its steps. */
  get isWatched(): boolean {
    const { guard, selfballooning } = this.stepper.tunables();
    return guard === 1 && selfballooning === 1 && !this.fastLane.seesNothing;
  }

  /** The first run comes one interval after this, and `laterMs` more, so that many guests are not all due at once. */
  start(laterMs = 0): void {
    this.arm(laterMs);
    if ((this.context.arbiter ?? null) !== null) this.work.add(() => this.stepper.look());
    if (laterMs === 0) this.fastLane.start();
    else this.context.clock.after(laterMs, () => !this.stopped && this.fastLane.start());
  }

  /** No further step begins; resolves when the one under way has ended. */
  async stop(): Promise<void> {
    this.stopped = true;
    this.fastLane.stop();
    this.timer.disarm();
    await this.stepper.stopShrinking();
    await this.work.ended();
  }

  /** A tunable was written: an idle loop may have something to do again. */
  noteWrite(name: TunableName, before: Tunables, after: Tunables): void {
    if (this.stopped) return;
    if (name === "frontswap_inertia") this.stepper.restartInertia(after);
    if (!this.timer.isArmed && armsOnWrite(name, before, after)) this.arm();
    this.fastLane.start();
  }

  /** Give the guest all its memory, once the step under way has ended. @returns false if there was nothing to give. */
  async release(): Promise<boolean> {
    if (this.context.dryRun) return false;
    await this.work.ended();
    return this.stepper.release();
  }

  /** False if a step is long overdue. */
  isInTime(): boolean {
    return this.timer.isInTime;
  }

  status(): GuestStatus {
    const { last, steps } = this.stepper;
    const { problem } = this.work;
    return {
      guest: this.guest,
      state: problem !== null ? "unreadable" : this.timer.isArmed ? "armed" : "idle",
      paused: this.isPaused(),
      steps,
      observation: last?.observation ?? null,
      decision: last?.decision ?? null,
      tunables: this.stepper.tunables(),
      problem,
    };
  }

  /** One pass, now; what goes wrong is thrown. */
  async stepOnce(): Promise<void> {
    await this.stepper.stepOnce();
  }

  /** Another guest waits for memory that this one may have too much of: step before it is due. */
  hurry(): void {
    if (this.isHurried || this.stopped || this.stepper.last === null) return;
    this.isHurried = true;
    this.work.add(
      () => this.stepper.stepOnce(),
      () => {
        this.isHurried = false;
      },
    );
  }

  /** The watch found memory short: decide now. */
  private answerShortage(): void {
    if (this.isAnswering || !this.mayMove()) return;
    const beganMs = this.context.clock.nowMs();
    this.isAnswering = true;
    this.work.add(
      () => this.stepper.answerShortage(beganMs),
      () => {
        this.isAnswering = false;
      },
    );
  }

  private noteFault(thrown: unknown): void {
    this.failOpen.noteFault(thrown);
    this.context.arbiter?.leaveAlone(this.guest);
  }

  private arm(laterMs = 0): void {
    const delayMs = this.stepper.tunables().selfballoon_interval * 1000 + laterMs;
    this.timer.arm(delayMs, () =>
      this.work.add(
        () => this.stepper.stepOnce(),
        () => this.armAgain(),
      ),
    );
  }

  private armAgain(): void {
    this.timer.disarm();
    const { arbiter = null, hasCompressedSwap } = this.context;
    const goesOn = arbiter !== null || armsAfterRun(this.stepper.tunables(), hasCompressedSwap);
    if (goesOn && !this.stopped) this.arm();
  }

  private mayMove(): boolean {
    return !this.context.dryRun && !this.stopped && !this.isPaused();
  }

  private isPaused(): boolean {
    return this.context.isPaused?.(this.guest) ?? false;
  }
}
