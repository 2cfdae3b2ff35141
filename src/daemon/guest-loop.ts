import { armsAfterRun, armsOnWrite } from "../core/arming.ts";
import type { OpenBackend, Reading } from "../core/backend.ts";
import type { GuestStatus, StepRecord } from "../core/control.ts";
import type { Decision } from "../core/decision.ts";
import type { Observation } from "../core/observation.ts";
import { startReservedMb } from "../core/startup.ts";
import { type GuestState, INITIAL_GUEST_STATE, restartInertia, step } from "../core/step.ts";
import type { TunableName, Tunables } from "../core/tunables.ts";
import type { Clock } from "./clock.ts";
import { withDeadline } from "./deadline.ts";
import { faultOf } from "./fault.ts";
import type { Journal } from "./journal.ts";

/** A reading or a write that takes longer than this counts as failed. */
const CALL_DEADLINE_MS = 3000;

/** A step that has not ended this long after it was due means that the daemon hangs. */
const LATE_MS = 30_000;

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
}

/** One guest: a delayed job that observes, decides, applies and records, and re-arms itself. */
export class GuestLoop {
  readonly guest: string;
  private readonly context: LoopContext;
  /** 10 % of the RAM that the guest had when it was first read, in MiB. */
  startReservedMb = 0;
  private state: GuestState = INITIAL_GUEST_STATE;
  private cancelTimer: (() => void) | null = null;
  private running: Promise<void> = Promise.resolve();
  private stopped = false;
  private dueMs = Number.POSITIVE_INFINITY;
  private steps = 0;
  private last: StepRecord | null = null;
  private problem: string | null = null;

  constructor(guest: string, context: LoopContext) {
    this.guest = guest;
    this.context = context;
  }

  /** The first run comes one interval after this. */
  start(): void {
    this.arm();
  }

  /** No further step begins; resolves when the one under way has ended. */
  async stop(): Promise<void> {
    this.stopped = true;
    this.cancelTimer?.();
    this.cancelTimer = null;
    await this.running;
  }

  /** A tunable was written: an idle loop may have something to do again. */
  noteWrite(name: TunableName, before: Tunables, after: Tunables): void {
    if (name === "frontswap_inertia") this.state = restartInertia(this.state, after);
    if (this.cancelTimer === null && !this.stopped && armsOnWrite(name, before, after)) this.arm();
  }

  /** Give the guest all its memory, once the step under way has ended. */
  async release(): Promise<void> {
    if (this.context.dryRun) return;
    await this.running;
    await this.call("giving memory back", (signal) => this.context.backend.release(this.guest, signal));
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
    let stepped = step(before, reading.observation, tunables);
    // Readings are old by the time they were judged: what moves a balloon is judged on a fresh one.
    if (moves(stepped.decision, reading)) {
      reading = await this.observe();
      stepped = step(before, reading.observation, tunables);
    }
    this.state = stepped.state;
    this.steps += 1;
    await this.applyAndRecord(stepped.decision, reading);
  }

  private async applyAndRecord(decision: Decision, reading: Reading): Promise<void> {
    const { observation } = reading;
    const { balloonTargetPages } = decision;
    const applied = balloonTargetPages !== null && moves(decision, reading) && !this.context.dryRun && !this.stopped;
    if (applied) {
      await this.call("moving the balloon", (signal) =>
        this.context.backend.apply(this.guest, balloonTargetPages, observation.pageBytes, signal),
      );
    }
    const record = this.context.journal.add({ kind: "step", observation, decision, applied });
    if (record.kind === "step") this.last = record;
  }

  private arm(): void {
    const delayMs = this.tunables().selfballoon_interval * 1000;
    this.dueMs = this.context.clock.nowMs() + delayMs;
    this.cancelTimer = this.context.clock.after(delayMs, () => {
      this.running = this.run();
    });
  }

  private async run(): Promise<void> {
    try {
      await this.stepOnce();
      this.problem = null;
    } catch (thrown) {
      this.noteFault(thrown);
    }
    const armsAgain = armsAfterRun(this.tunables(), this.context.hasCompressedSwap);
    this.cancelTimer = null;
    this.dueMs = Number.POSITIVE_INFINITY;
    if (armsAgain && !this.stopped) this.arm();
  }

  /** Told once for as long as it stays the same. */
  private noteFault(thrown: unknown): void {
    const fault = faultOf(this.guest, thrown);
    if (fault.problem !== this.problem) this.context.journal.add(fault);
    this.problem = fault.problem;
  }

  private async observe(): Promise<Reading> {
    const reading = await this.call("reading the guest", (signal) => this.context.backend.observe(this.guest, signal));
    for (const notice of reading.notices) this.context.journal.add({ kind: "notice", guest: this.guest, notice });
    return reading;
  }

  private tunables(): Tunables {
    return this.context.tunables(this.guest, this.startReservedMb);
  }

  private call<T>(what: string, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    return withDeadline(this.context.clock, CALL_DEADLINE_MS, `${this.guest}: ${what}`, work);
  }
}

function moves(decision: Decision, reading: Reading): boolean {
  return decision.targetPages !== null && decision.targetPages !== reading.observation.totalramPages;
}

function reservedFor({ totalramPages, pageBytes }: Observation): number {
  return totalramPages === null ? 0 : startReservedMb(totalramPages, pageBytes);
}
