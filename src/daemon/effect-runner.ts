import type { Decided, Effect } from "../core/guest/effects.ts";
import type { GuestEnv, GuestEvent } from "../core/guest/events.ts";
import type { StepRecord, Turn } from "../core/journal-record.ts";
import { NO_LIMITS } from "../core/limits.ts";
import type { Notice } from "../core/notices.ts";
import { mibFromBytes } from "../core/units.ts";
import type { GuestCalls } from "./guest-calls.ts";
import type { Journal } from "./journal.ts";
import type { Mind, Taken } from "./mind.ts";
import type { ShrinkJob } from "./shrink-job.ts";

/** What effects are carried out with. */
export interface EffectTools {
  readonly guest: string;
  readonly mind: Mind;
  readonly journal: Journal;
  readonly calls: GuestCalls;
  readonly shrinkJob: ShrinkJob | null;
  readonly nowMs: () => number;
  readonly env: () => GuestEnv;
  readonly arm: (delayMs: number) => void;
  readonly answerShortage: () => void;
  readonly stepSoon: (guests: readonly string[]) => void;
}

type GiveAll = Effect & { readonly kind: "give_all" };

/** Hands the core what happened to one guest, and does what comes back. */
export class EffectRunner {
  /** The last pass that was recorded. */
  last: StepRecord | null = null;
  private readonly tools: EffectTools;

  constructor(tools: EffectTools) {
    this.tools = tools;
  }

  /** What the core makes of an event; nothing of it is done yet. */
  take(event: GuestEvent): Taken {
    const { mind, guest, env } = this.tools;
    return mind.take(guest, event, env());
  }

  /** Do it all, in order. @throws what a call of the backend threw; what follows it is left out. */
  async carryOut(taken: Taken, beganMs: number): Promise<void> {
    for (const effect of taken.effects) await this.do(effect, taken, beganMs);
  }

  /** Do what needs no waiting: all that a look of the watch brings about. */
  carryOutNow(taken: Taken): void {
    for (const effect of taken.effects) void this.do(effect, taken, 0);
  }

  private do(effect: Effect, taken: Taken, beganMs: number): Promise<void> | void {
    const { guest, journal, arm, answerShortage, stepSoon } = this.tools;
    const { turn } = taken;
    switch (effect.kind) {
      case "decided":
        return this.apply(effect, taken, beganMs);
      case "give_all":
        return this.giveAll(effect, taken);
      case "read_size":
        return this.readSize();
      case "arm":
        return arm(effect.delayMs);
      case "answer_shortage":
        return answerShortage();
      case "step_soon":
        return stepSoon(effect.guests);
      case "record_rise":
        if (turn !== null) journal.add({ ...effect, kind: "rise", guest, ...turn });
        return;
      case "notice":
        journal.add({ kind: "notice", guest, notice: effect.notice });
        return;
      case "read_again":
        return; // whoever handed the reading in does it
    }
  }

  private async apply(
    { decided, target, shrink }: Effect & { readonly kind: "decided" },
    { turn, env }: Taken,
    beganMs: number,
  ): Promise<void> {
    const { calls, shrinkJob } = this.tools;
    let problem: unknown = null;
    if (target !== null) {
      try {
        await calls.apply(target.balloonTargetPages, target.pageBytes);
        this.take({ kind: "applied", ...target });
      } catch (thrown) {
        problem = thrown;
        this.take({ kind: "not_applied" });
      }
    }
    if (turn !== null) this.record(decided, turn, env, target !== null && problem === null, beganMs);
    if (problem !== null) throw problem;
    if (shrink !== null) shrinkJob?.start(shrink);
  }

  private record(decided: Decided, turn: Turn, env: GuestEnv, applied: boolean, beganMs: number): void {
    const { journal, nowMs } = this.tools;
    const { reading, observation, decision, cause, wantedPages } = decided;
    const { rssBytes = null, unballoonedBytes = 0 } = reading;
    const machinePages = reading.observation.balloonMaxPages;
    const { tunables, host, isPaused } = env;
    const inputs = {
      cause,
      wantedPages,
      terms: host?.terms ?? null,
      isPaused,
      machinePages,
      rssBytes,
      unballoonedBytes,
    };
    const durationMs = nowMs() - beganMs;
    const entry = { kind: "step", observation, decision, tunables, applied, durationMs, ...inputs, ...turn } as const;
    const record = journal.add(entry);
    if (record.kind === "step") this.last = record;
  }

  private async giveAll(effect: GiveAll, { turn, env }: Taken): Promise<void> {
    const { guest, journal, calls } = this.tools;
    const { because, bytes, ofBytes, isAll, isNews } = effect;
    const terms = env.host?.terms ?? null;
    let problem: unknown = null;
    try {
      await calls.release(bytes);
      this.take({ kind: "gave", isAll });
    } catch (thrown) {
      problem = thrown;
    }
    const isDone = problem === null;
    if (turn !== null) journal.add({ kind: "give", guest, because, bytes, ofBytes, isAll, isDone, terms, ...turn });
    if (!isDone) throw problem;
    const notice = isNews ? noticeOf(effect) : null;
    if (notice !== null) journal.add({ kind: "notice", guest, notice });
  }

  /** Read how large the guest is, and hand it to the core. */
  async readSize(): Promise<void> {
    const { guest, journal, calls } = this.tools;
    const size = await calls.size();
    if (size === null) return;
    const { turn, env } = this.take({ kind: "sized", size });
    const { weight, priority } = env.host?.terms ?? NO_LIMITS;
    const { currentBytes, maximumBytes, unballoonedBytes = 0 } = size;
    const facts = { currentBytes, maximumBytes, unballoonedBytes, weight, priority };
    if (turn !== null) journal.add({ kind: "size", guest, ...facts, ...turn });
  }
}

/** What is told of it; what the operator asked for is no news to him. */
function noticeOf({ because, silentMs, bytes, ofBytes, isAll }: GiveAll): Notice | null {
  if (because === "restarting") return { code: "restarts", details: {} };
  if (because !== "silent") return null;
  const silentS = Math.round(silentMs / 1000);
  if (isAll || bytes === null || ofBytes === null) return { code: "failed_open", details: { silentS } };
  const [mib, ofMib] = [mibFromBytes(bytes), mibFromBytes(ofBytes)];
  return { code: "failed_open_in_part", details: { silentS, mib, ofMib } };
}
