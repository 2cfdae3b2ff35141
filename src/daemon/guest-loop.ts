import { armsAfterRun, armsOnWrite } from "../core/arming.ts";
import type { OpenBackend, Reading } from "../core/backend.ts";
import type { GuestStatus, StepRecord } from "../core/control.ts";
import type { Decision } from "../core/decision.ts";
import { emergencyLinePages } from "../core/guard/emergency.ts";
import type { Safety } from "../core/guard/safeties.ts";
import { isStale } from "../core/guard/stale.ts";
import { isComplete, type Observation } from "../core/observation.ts";
import { maximumTarget } from "../core/selfballoon.ts";
import { startReservedMb } from "../core/startup.ts";
import { type GuestState, INITIAL_GUEST_STATE, noteRise, restartInertia, step } from "../core/step.ts";
import type { TunableName, Tunables } from "../core/tunables.ts";
import type { Clock } from "./clock.ts";
import { FastLane } from "./fast-lane.ts";
import { faultOf } from "./fault.ts";
import { GuestCalls } from "./guest-calls.ts";
import type { Journal } from "./journal.ts";

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
  private state: GuestState = INITIAL_GUEST_STATE;
  private cancelTimer: (() => void) | null = null;
  /** The work under way and all that waits for it, one after the other. */
  private work: Promise<void> = Promise.resolve();
  private isAnswering = false;
  private stopped = false;
  private dueMs = Number.POSITIVE_INFINITY;
  private lastGoodMs: number;
  private failedOpen = false;
  private steps = 0;
  private last: StepRecord | null = null;
  private problem: string | null = null;
  /** Problems that were told since the guest was last well. */
  private readonly told = new Set<string>();

  constructor(guest: string, context: LoopContext) {
    this.guest = guest;
    this.context = context;
    this.calls = new GuestCalls(guest, context);
    this.lastGoodMs = context.clock.nowMs();
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

  /** The first run comes one interval after this. */
  start(): void {
    this.arm();
    this.fastLane.start();
  }

  /** No further step begins; resolves when the one under way has ended. */
  async stop(): Promise<void> {
    this.stopped = true;
    this.fastLane.stop();
    this.cancelTimer?.();
    this.cancelTimer = null;
    await this.work;
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
    await this.work;
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
      steps: this.steps,
      observation: this.last?.observation ?? null,
      decision: this.last?.decision ?? null,
      tunables: this.tunables(),
      problem: this.problem,
    };
  }

  /** One pass: observe, decide, apply, record. */
  async stepOnce(): Promise<void> {
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
    await this.applyAndRecord(stepped.decision, reading, tunables);
  }

  /** The watch found memory short: decide now, and only ever upward. What was over by then is left to the next step. */
  private answerShortage(): void {
    if (this.isAnswering || this.stopped) return;
    this.isAnswering = true;
    this.enqueue(
      async () => {
        const tunables = this.tunables();
        const reading = await this.observe();
        const { state, decision } = this.decide(this.state, reading, tunables);
        if (movePages(decision, reading) <= 0) return;
        this.state = { ...state, shrink: this.state.shrink };
        await this.applyAndRecord({ ...decision, frontswapTargetPages: null }, reading, tunables);
      },
      () => {
        this.isAnswering = false;
      },
    );
  }

  /** What must be available until the next step; null while the guest has all that it may have, or nothing is known. */
  private linePages(): number | null {
    if (this.last === null || !isComplete(this.last.observation) || this.context.without?.has("emergency")) return null;
    const { observation, decision } = this.last;
    const maximumPages = maximumTarget(observation);
    if ((decision.targetPages ?? observation.totalramPages) >= maximumPages) return null;
    return emergencyLinePages(maximumPages, this.tunables().guard_emergency_mb, observation.pageBytes);
  }

  private decide(state: GuestState, { observation }: Reading, tunables: Tunables): ReturnType<typeof step> {
    return step(state, observation, tunables, this.context.clock.nowMs(), this.context.without);
  }

  private async applyAndRecord(decision: Decision, reading: Reading, tunables: Tunables): Promise<void> {
    const { observation } = reading;
    const { balloonTargetPages } = decision;
    const moves = movePages(decision, reading) !== 0 && !this.context.dryRun && !this.stopped;
    const applied = balloonTargetPages !== null && moves;
    if (applied) await this.calls.apply(balloonTargetPages, observation.pageBytes);
    const record = this.context.journal.add({ kind: "step", observation, decision, tunables, applied });
    if (record.kind === "step") this.last = record;
  }

  private arm(): void {
    const delayMs = this.tunables().selfballoon_interval * 1000;
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
    if (armsAfterRun(this.tunables(), this.context.hasCompressedSwap) && !this.stopped) this.arm();
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
      }
      await this.failOpenIfStale();
      done();
    });
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

  /** Held for a while, a guest that nobody can read is given all its memory: no one can tell what it needs. */
  private async failOpenIfStale(): Promise<void> {
    const { guard, selfballooning, selfballoon_interval } = this.tunables();
    if (guard !== 1 || selfballooning !== 1 || this.failedOpen || this.stopped) return;
    const nowMs = this.context.clock.nowMs();
    if (!isStale(this.lastGoodMs, nowMs, selfballoon_interval * 1000)) return;
    try {
      if (!this.context.dryRun) await this.calls.release();
      this.failedOpen = true;
      const silentS = Math.round((nowMs - this.lastGoodMs) / 1000);
      this.context.journal.add({
        kind: "notice",
        guest: this.guest,
        notice: { code: "failed_open", details: { silentS } },
      });
    } catch (thrown) {
      this.tellFault(thrown);
    }
  }

  private async observe(): Promise<Reading> {
    const reading = await this.calls.observe();
    if (isComplete(reading.observation)) {
      this.lastGoodMs = this.context.clock.nowMs();
      this.failedOpen = false;
    }
    return reading;
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
