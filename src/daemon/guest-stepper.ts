import type { Reading } from "../core/backend.ts";
import type { StepRecord } from "../core/control.ts";
import type { Decision } from "../core/decision.ts";
import { type GuestState, noteNotAsked, noteRise, restartInertia, startState, step } from "../core/guest/step.ts";
import { watchLinePages } from "../core/guest/watch-line.ts";
import { isComplete, type Observation } from "../core/observation.ts";
import { startReservedMb } from "../core/startup.ts";
import type { Tunables } from "../core/tunables.ts";
import { GuestCalls } from "./guest-calls.ts";
import type { LoopContext } from "./loop-context.ts";
import { ShrinkJob } from "./shrink-job.ts";

/** What the loop tells its stepper, and what it wants to hear. */
export interface StepperHooks {
  /** Whether the balloon may be moved now. */
  readonly mayMove: () => boolean;
  /** The guest was read well. */
  readonly onRead: () => void;
}

/** What came of giving a guest all its memory: nothing where it may not be moved, a part where the host has no more. */
export type Given = "all" | "part" | "nothing";

/** What is known of one guest, and one pass over it: observe, decide, apply, record. */
export class GuestStepper {
  /** 10 % of the RAM that the guest had when it was first read, in MiB. */
  startReservedMb = 0;
  steps = 0;
  last: StepRecord | null = null;
  private readonly guest: string;
  private readonly context: LoopContext;
  private readonly hooks: StepperHooks;
  private readonly calls: GuestCalls;
  private readonly shrinkJob: ShrinkJob | null;
  private state: GuestState;
  /** The balloon's target that is in force, in pages; null before one was set, and after a release. */
  private askedPages: number | null = null;

  constructor(guest: string, context: LoopContext, hooks: StepperHooks) {
    this.guest = guest;
    this.context = context;
    this.hooks = hooks;
    this.calls = new GuestCalls(guest, context);
    const { swapShrinker = null, journal } = context;
    this.shrinkJob = swapShrinker === null ? null : new ShrinkJob(guest, swapShrinker, journal);
    this.state = startState(context.policy ?? "driver");
  }

  /** One whole pass. */
  async stepOnce(): Promise<void> {
    const beganMs = this.context.clock.nowMs();
    await this.stopShrinking();
    const before = this.state;
    let reading = await this.observe();
    if (this.last === null) this.startReservedMb = reservedFor(reading.observation);
    const tunables = this.tunables();
    let stepped = this.decide(before, reading, tunables);
    // Readings are old by the time they were judged: what moves a balloon is judged on a fresh one.
    if (this.asksAnew(stepped.decision, reading)) {
      reading = await this.observe();
      stepped = this.decide(before, reading, tunables);
    }
    this.state = stepped.state;
    this.steps += 1;
    await this.applyAndRecord(stepped.decision, reading, tunables, beganMs);
  }

  /** Memory was found short since `beganMs`: only ever upward. What was over by then is left to the next step. */
  async answerShortage(beganMs: number): Promise<void> {
    await this.stopShrinking();
    const tunables = this.tunables();
    const reading = await this.observe();
    const { state, decision } = this.decide(this.state, reading, tunables);
    if (!this.asksMore(decision, reading)) return;
    this.state = { ...state, shrink: this.state.shrink };
    await this.applyAndRecord({ ...decision, frontswapTargetPages: null }, reading, tunables, beganMs);
  }

  /** Read the guest, so that what it has counts before anything is granted to another. */
  async look(): Promise<void> {
    await this.observe();
  }

  /** A guest that was never read has memory all the same, and its host's accounts must show it. */
  async chargeUnread(): Promise<void> {
    const { arbiter = null } = this.context;
    if (arbiter === null || arbiter.knows(this.guest)) return;
    const size = await this.calls.size();
    if (size !== null) arbiter.openUnread(this.guest, size);
  }

  async stopShrinking(): Promise<void> {
    await this.shrinkJob?.stop();
  }

  /** Give the guest all its memory. @returns false if it turned out to have no balloon. */
  async release(): Promise<boolean> {
    await this.calls.release();
    this.askedPages = null;
    return this.last === null || this.last.observation.balloonCurrentPages !== null;
  }

  /** Give the guest all that it may have: on a shared host as much of it as there is. */
  async giveAll(restarts: boolean): Promise<Given> {
    if (!this.hooks.mayMove()) return "nothing";
    const most = this.context.arbiter?.most(this.guest, restarts) ?? null;
    if (restarts || most === null) {
      await this.release();
      return "all";
    }
    const pageBytes = this.last?.observation.pageBytes ?? 1;
    await this.setTarget(Math.floor(most.bytes / pageBytes), pageBytes);
    return most.isAll ? "all" : "part";
  }

  noteRise(risePages: number): void {
    this.state = noteRise(this.state, risePages);
  }

  restartInertia(tunables: Tunables): void {
    this.state = restartInertia(this.state, tunables);
  }

  /** What must be available until the next step; null while the guest has all that it may have, or nothing is known. */
  linePages(): number | null {
    if (this.last === null || this.context.without?.has("emergency")) return null;
    const { observation, decision } = this.last;
    return watchLinePages(this.state, observation, decision, this.tunables());
  }

  tunables(): Tunables {
    return this.context.tunables(this.guest, this.startReservedMb);
  }

  private decide(state: GuestState, { observation }: Reading, tunables: Tunables): ReturnType<typeof step> {
    const { arbiter, clock, without } = this.context;
    return (arbiter?.step ?? step)(state, observation, tunables, clock.nowMs(), without);
  }

  private async observe(): Promise<Reading> {
    const reading = await this.calls.observe();
    if (isComplete(reading.observation)) this.hooks.onRead();
    return this.context.arbiter?.bound(reading) ?? reading;
  }

  private async applyAndRecord(
    decision: Decision,
    reading: Reading,
    tunables: Tunables,
    beganMs: number,
  ): Promise<void> {
    const { observation } = reading;
    const { balloonTargetPages } = decision;
    const applied = balloonTargetPages !== null && this.asksAnew(decision, reading) && this.hooks.mayMove();
    if (applied) await this.setTarget(balloonTargetPages, observation.pageBytes);
    const durationMs = this.context.clock.nowMs() - beganMs;
    const record = this.context.journal.add({ kind: "step", observation, decision, tunables, applied, durationMs });
    if (record.kind === "step") this.last = record;
    if (this.context.isPaused?.(this.guest)) this.context.arbiter?.keepStill(observation);
    if (this.hooks.mayMove()) this.shrinkJob?.start(decision, observation, tunables);
    else this.state = noteNotAsked(this.state);
  }

  private async setTarget(balloonTargetPages: number, pageBytes: number): Promise<void> {
    // If this fails, nobody knows which of the two is in force: the lower one must be reckoned with.
    this.askedPages = Math.min(this.askedPages ?? balloonTargetPages, balloonTargetPages);
    await this.calls.apply(balloonTargetPages, pageBytes);
    this.askedPages = balloonTargetPages;
  }

  /** Whether a decision asks for another size than the balloon has, or than it is still on its way to. */
  private asksAnew({ balloonTargetPages }: Decision, { observation }: Reading): boolean {
    if (balloonTargetPages === null) return false;
    const isElsewhere = balloonTargetPages !== observation.balloonCurrentPages;
    return isElsewhere || (this.askedPages !== null && balloonTargetPages !== this.askedPages);
  }

  /** Whether a decision leaves the guest more than it has, or than it would have at the end of the way down it is on. */
  private asksMore({ balloonTargetPages }: Decision, { observation: { balloonCurrentPages } }: Reading): boolean {
    if (balloonTargetPages === null || balloonCurrentPages === null) return false;
    return balloonTargetPages > Math.min(this.askedPages ?? balloonCurrentPages, balloonCurrentPages);
  }
}

function reservedFor({ totalramPages, pageBytes }: Observation): number {
  return totalramPages === null ? 0 : startReservedMb(totalramPages, pageBytes);
}
