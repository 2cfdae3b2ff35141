import { armsAfterRun, armsOnWrite } from "../core/arming.ts";
import type { OpenBackend, Reading } from "../core/backend.ts";
import type { GuestStatus, StepRecord } from "../core/control.ts";
import type { Decision } from "../core/decision.ts";
import type { Safety } from "../core/guard/safeties.ts";
import { watchLinePages } from "../core/guard/watch-line.ts";
import { isComplete, type Observation } from "../core/observation.ts";
import type { Policy } from "../core/policy.ts";
import { startReservedMb } from "../core/startup.ts";
import { type GuestState, noteRise, restartInertia, startState, step } from "../core/step.ts";
import type { SwapShrinker } from "../core/swap-shrinker.ts";
import type { TunableName, Tunables } from "../core/tunables.ts";
import type { Clock } from "./clock.ts";
import { FailOpen } from "./fail-open.ts";
import { FastLane } from "./fast-lane.ts";
import { faultOf } from "./fault.ts";
import { GuestCalls } from "./guest-calls.ts";
import type { HostArbiter } from "./host-arbiter.ts";
import type { Journal } from "./journal.ts";
import { ShrinkJob } from "./shrink-job.ts";

/** A step that has not ended this long after it was due means that the daemon hangs. */
const LATE_MS = 30_000;

/** Different problems that are told of a guest before it is well again. */
const MOST_TOLD = 8;

/** What a guest's loop works with. */
export interface LoopContext {
  readonly backend: OpenBackend;
  readonly clock: Clock;
  readonly journal: Journal;
  /** The tunables in force for the guest now; `startReservedMb` is its own default of `selfballoon_reserved_mb`. */
  readonly tunables: (guest: string, startReservedMb: number) => Tunables;
  readonly hasCompressedSwap: boolean;
  /** Decide and record, move nothing. */
  readonly dryRun: boolean;
  /** True while the guest is paused: as in a dry run, but for this guest alone. */
  readonly isPaused?: (guest: string) => boolean;
  /** Brings pages back from the guest's compressed swap; absent where that is not in our reach, as on a host. */
  readonly swapShrinker?: SwapShrinker | null;
  /** Where several guests share a host: their limits and shares. Guests that are not ours to move are read all the same. */
  readonly arbiter?: HostArbiter | null;
  /** How goals are found; the driver's way if it is not given. */
  readonly policy?: Policy;
  /** Safeties of the guard that a scenario leaves out. */
  readonly without?: ReadonlySet<Safety>;
}

/** One guest: a delayed job that observes, decides, applies and records, and re-arms itself; and a watch in between. */
export class GuestLoop {
  readonly guest: string;
  /** 10 % of the RAM that the guest had when it was first read, in MiB. */
  startReservedMb = 0;
  private readonly context: LoopContext;
  private readonly calls: GuestCalls;
  private readonly fastLane: FastLane;
  private readonly failOpen: FailOpen;
  private readonly shrinkJob: ShrinkJob | null;
  private state: GuestState;
  private cancelTimer: (() => void) | null = null;
  /** The work under way and all that waits for it, one after the other. */
  private work: Promise<void> = Promise.resolve();
  private isAnswering = false;
  private isHurried = false;
  private stopped = false;
  private dueMs = Number.POSITIVE_INFINITY;
  private steps = 0;
  private last: StepRecord | null = null;
  private problem: string | null = null;
  /** Problems that were told since the guest was last well. */
  private readonly told = new Set<string>();

  constructor(guest: string, context: LoopContext) {
    this.guest = guest;
    this.context = context;
    this.state = startState(context.policy ?? "driver");
    this.calls = new GuestCalls(guest, context);
    const { swapShrinker = null, journal } = context;
    this.shrinkJob = swapShrinker === null ? null : new ShrinkJob(guest, swapShrinker, journal);
    const { clock } = context;
    this.failOpen = new FailOpen({ guest, clock, journal, giveAll: (restarts) => this.giveAll(restarts) });
    this.fastLane = new FastLane({
      guest,
      backend: context.backend,
      clock: context.clock,
      tunables: () => this.tunables(),
      linePages: () => this.linePages(),
      onShort: () => this.answerShortage(),
      onRise: (risePages) => {
        this.state = noteRise(this.state, risePages);
      },
    });
  }

  /** The first run comes one interval after this, and `laterMs` more, so that many guests are not all due at once. */
  start(laterMs = 0): void {
    this.arm(laterMs);
    // What a guest has counts before anything is granted to another.
    if (this.context.arbiter !== null && this.context.arbiter !== undefined)
      this.enqueue(
        () => this.look(),
        () => {},
      );
    if (laterMs === 0) this.fastLane.start();
    else this.context.clock.after(laterMs, () => !this.stopped && this.fastLane.start());
  }

  /** No further step begins; resolves when the one under way has ended. */
  async stop(): Promise<void> {
    this.stopped = true;
    this.fastLane.stop();
    this.cancelTimer?.();
    this.cancelTimer = null;
    await this.shrinkJob?.stop();
    await this.workEnded();
  }

  /** A tunable was written: an idle loop may have something to do again. */
  noteWrite(name: TunableName, before: Tunables, after: Tunables): void {
    if (this.stopped) return;
    if (name === "frontswap_inertia") this.state = restartInertia(this.state, after);
    if (this.cancelTimer === null && armsOnWrite(name, before, after)) this.arm();
    this.fastLane.start();
  }

  /** Give the guest all its memory, once the step under way has ended. */
  async release(): Promise<void> {
    if (this.context.dryRun) return;
    await this.workEnded();
    await this.calls.release();
  }

  /** False if a step is long overdue. */
  isInTime(): boolean {
    return this.context.clock.nowMs() < this.dueMs + LATE_MS;
  }

  status(): GuestStatus {
    return {
      guest: this.guest,
      state: this.problem !== null ? "unreadable" : this.cancelTimer === null ? "idle" : "armed",
      paused: this.isPaused(),
      steps: this.steps,
      observation: this.last?.observation ?? null,
      decision: this.last?.decision ?? null,
      tunables: this.tunables(),
      problem: this.problem,
    };
  }

  /** One pass: observe, decide, apply, record. */
  async stepOnce(): Promise<void> {
    const beganMs = this.context.clock.nowMs();
    await this.shrinkJob?.stop();
    const before = this.state;
    let reading = await this.observe();
    if (this.last === null) this.startReservedMb = reservedFor(reading.observation);
    const tunables = this.tunables();
    let stepped = this.decide(before, reading, tunables);
    // Readings are old by the time they were judged: what moves a balloon is judged on a fresh one.
    if (movePages(stepped.decision, reading) !== 0) {
      reading = await this.observe();
      stepped = this.decide(before, reading, tunables);
    }
    this.state = stepped.state;
    this.steps += 1;
    await this.applyAndRecord(stepped.decision, reading, tunables, beganMs);
  }

  /** Another guest waits for memory that this one may have too much of: step before it is due. */
  hurry(): void {
    if (this.isHurried || this.stopped || this.last === null) return;
    this.isHurried = true;
    this.enqueue(
      () => this.stepOnce(),
      () => {
        this.isHurried = false;
      },
    );
  }

  /** The watch found memory short: decide now, and only ever upward. What was over by then is left to the next step. */
  private answerShortage(): void {
    if (this.isAnswering || this.stopped || this.isPaused()) return;
    const beganMs = this.context.clock.nowMs();
    this.isAnswering = true;
    this.enqueue(
      async () => {
        await this.shrinkJob?.stop();
        const tunables = this.tunables();
        const reading = await this.observe();
        const { state, decision } = this.decide(this.state, reading, tunables);
        if (movePages(decision, reading) <= 0) return;
        this.state = { ...state, shrink: this.state.shrink };
        await this.applyAndRecord({ ...decision, frontswapTargetPages: null }, reading, tunables, beganMs);
      },
      () => {
        this.isAnswering = false;
      },
    );
  }

  /** What must be available until the next step; null while the guest has all that it may have, or nothing is known. */
  private linePages(): number | null {
    if (this.last === null || this.context.without?.has("emergency")) return null;
    if (this.failOpen.isOpen) return null;
    const { observation, decision } = this.last;
    return watchLinePages(this.state, observation, decision, this.tunables());
  }

  private decide(state: GuestState, { observation }: Reading, tunables: Tunables): ReturnType<typeof step> {
    const { arbiter, clock, without } = this.context;
    return (arbiter?.step ?? step)(state, observation, tunables, clock.nowMs(), without);
  }

  private async applyAndRecord(
    decision: Decision,
    reading: Reading,
    tunables: Tunables,
    beganMs: number,
  ): Promise<void> {
    const { observation } = reading;
    const { balloonTargetPages } = decision;
    const moves = movePages(decision, reading) !== 0 && this.mayMove();
    const applied = balloonTargetPages !== null && moves;
    if (applied) await this.calls.apply(balloonTargetPages, observation.pageBytes);
    const durationMs = this.context.clock.nowMs() - beganMs;
    const record = this.context.journal.add({ kind: "step", observation, decision, tunables, applied, durationMs });
    if (record.kind === "step") this.last = record;
    if (this.mayMove()) this.shrinkJob?.start(decision, observation, tunables);
  }

  private arm(laterMs = 0): void {
    const delayMs = this.tunables().selfballoon_interval * 1000 + laterMs;
    this.dueMs = this.context.clock.nowMs() + delayMs;
    this.cancelTimer = this.context.clock.after(delayMs, () =>
      this.enqueue(
        () => this.stepOnce(),
        () => this.armAgain(),
      ),
    );
  }

  private armAgain(): void {
    this.cancelTimer = null;
    this.dueMs = Number.POSITIVE_INFINITY;
    const { arbiter = null, hasCompressedSwap } = this.context;
    if ((arbiter !== null || armsAfterRun(this.tunables(), hasCompressedSwap)) && !this.stopped) this.arm();
  }

  /** Do `task` when what is under way has ended. A fault is a state of this guest; a bug ends the daemon. */
  private enqueue(task: () => Promise<void>, done: () => void): void {
    this.work = this.work.then(async () => {
      try {
        await task();
        this.problem = null;
        this.told.clear();
      } catch (thrown) {
        this.problem = this.tellFault(thrown);
        this.failOpen.noteFault(thrown);
        this.context.arbiter?.leaveAlone(this.guest);
      }
      if (!this.stopped) await this.failOpen.check(this.tunables()).catch((thrown: unknown) => this.tellFault(thrown));
      done();
    });
  }

  /** Well or not: after a bug the daemon ends, and then memory must be given back all the same. */
  private async workEnded(): Promise<void> {
    await this.work.catch(() => {});
  }

  /** Each problem is told once until the guest is well again. */
  private tellFault(thrown: unknown): string {
    const fault = faultOf(this.guest, thrown);
    if (!this.told.has(fault.problem) && this.told.size < MOST_TOLD) {
      this.told.add(fault.problem);
      this.context.journal.add(fault);
    }
    return fault.problem;
  }

  /** All that the guest may have: on a shared host as much of it as there is. */
  private async giveAll(restarts: boolean): Promise<void> {
    if (!this.mayMove()) return;
    const mostBytes = this.context.arbiter?.mostBytes(this.guest, restarts) ?? null;
    const pageBytes = this.last?.observation.pageBytes ?? 1;
    if (restarts || mostBytes === null) await this.calls.release();
    else await this.calls.apply(Math.floor(mostBytes / pageBytes), pageBytes);
  }

  private async look(): Promise<void> {
    await this.observe();
  }

  private async observe(): Promise<Reading> {
    const reading = await this.calls.observe();
    if (isComplete(reading.observation)) this.failOpen.noteGood();
    return this.context.arbiter?.bound(reading) ?? reading;
  }

  private isPaused(): boolean {
    return this.context.isPaused?.(this.guest) ?? false;
  }

  private mayMove(): boolean {
    return !this.context.dryRun && !this.stopped && !this.isPaused();
  }

  private tunables(): Tunables {
    return this.context.tunables(this.guest, this.startReservedMb);
  }
}

/** How far a decision moves the guest's RAM, in pages; 0 if it sets nothing. */
function movePages({ targetPages }: Decision, { observation }: Reading): number {
  return targetPages === null || observation.totalramPages === null ? 0 : targetPages - observation.totalramPages;
}

function reservedFor({ totalramPages, pageBytes }: Observation): number {
  return totalramPages === null ? 0 : startReservedMb(totalramPages, pageBytes);
}
