import type { GuestSize, Reading, WatchSample } from "./backend.ts";
import { commit } from "./commit.ts";
import { failOpen, giveAll } from "./give-all.ts";
import { armsAfterRun, armsOnWrite } from "./guest/arming.ts";
import { type Effect, NOTHING, READ_SIZE } from "./guest/effects.ts";
import type { Cause, GuestEnv, GuestEvent } from "./guest/events.ts";
import { noteUnreadable } from "./guest/freshness.ts";
import { noteRestart, noteWatched, restartInertia } from "./guest/step.ts";
import { asksMore, changesTarget } from "./guest/targets.ts";
import { look } from "./guest/watch.ts";
import { accountOf } from "./host/ledger.ts";
import { judge } from "./judge.ts";
import { canMove, changed, hostAfter, type Minds, type Reaction } from "./minds.ts";
import type { TunableName, Tunables } from "./tunables.ts";

const READ_AGAIN: readonly Effect[] = Object.freeze([{ kind: "read_again" } as const]);

/**
 * The one place where anything is decided: what happened to `guest` goes in, what is remembered from now on and what is to
 * be done come out. Pure: the daemon, a replay and the simulator call it with the same events and get the same answers.
 * `nowMs` is monotonic, from 0.
 */
export function react(before: Minds, guest: string, event: GuestEvent, env: GuestEnv, nowMs: number): Reaction {
  switch (event.kind) {
    case "started":
      return started(before, event.laterMs, env);
    case "sized":
      return sized(before, guest, event.size, env, nowMs);
    case "observed":
      return observed(before, event.reading, event.cause, event.isAgain, env, nowMs);
    case "sampled":
      return sampled(before, event.sample, env, nowMs);
    case "rose":
      return rose(before, event, nowMs);
    case "unreadable":
      return unreadable(before, guest, event.state, env, nowMs);
    case "applied":
      return applied(before, guest, event.balloonTargetPages, event.pageBytes, env, nowMs);
    case "not_applied":
      return notApplied(before);
    case "settled":
      return failOpen(before, guest, env, nowMs);
    case "asked_all":
      return giveAll(before, guest, event.because, env, nowMs);
    case "gave":
      return gave(before, event.isAll);
    case "written":
      return written(before, event.name, event.before, env);
    case "ended":
      return ended(before, env);
  }
}

/** The first step comes one interval after the start, so that what started beside it has settled. */
function started(before: Minds, laterMs: number, { tunables }: GuestEnv): Reaction {
  const arm: Effect = { kind: "arm", delayMs: tunables.selfballoon_interval * 1000 + laterMs };
  return changed(before, { isArmed: true }, before.host === null ? [arm] : [arm, ...READ_SIZE]);
}

function sized(before: Minds, guest: string, size: GuestSize, env: GuestEnv, nowMs: number): Reaction {
  const host = hostAfter(before.host, { kind: "sized", guest, size }, env, nowMs);
  return { guest: before.guest, host, effects: NOTHING };
}

/**
 * Readings are old by the time they were judged: what would move a balloon is judged once more on a fresh one. What the
 * watch asked for is only ever upward; what was over by then is left to the next step.
 */
function observed(
  before: Minds,
  reading: Reading,
  cause: Cause,
  isAgain: boolean,
  env: GuestEnv,
  nowMs: number,
): Reaction {
  const judged = judge(before.guest, before.host, reading, env, nowMs);
  const { decision, observation } = judged;
  const { askedPages } = before.guest;
  if (cause === "shortage") {
    // A refusal is worth it where it brings about that others yield.
    const isAnswer = judged.stepSoon.length > 0 || asksMore(decision, observation, askedPages);
    return isAnswer ? commit(before, judged, cause, env, nowMs) : { ...before, effects: NOTHING };
  }
  if (!isAgain && changesTarget(decision, observation, askedPages)) return { ...before, effects: READ_AGAIN };
  return commit(before, judged, cause, env, nowMs);
}

function sampled(before: Minds, sample: WatchSample, env: GuestEnv, nowMs: number): Reaction {
  const isWatched = env.without === undefined || !env.without.has("emergency");
  const { state, isShort } = look(before.guest, sample, env.tunables, isWatched, nowMs);
  const isNews = state.step !== before.guest.step;
  const isAnswered = isShort && canMove(env);
  if (!isNews && !isAnswered) return { guest: state, host: before.host, effects: NOTHING };
  const { risePages, answer } = state.step.guard;
  const effects: Effect[] = isNews ? [{ kind: "record_rise", risePages, answerMs: answer.ms }] : [];
  if (isAnswered) effects.push({ kind: "answer_shortage" });
  return { guest: state, host: before.host, effects };
}

function rose(before: Minds, { risePages, answerMs }: GuestEvent & { readonly kind: "rose" }, nowMs: number): Reaction {
  const known = before.guest.step.guard.answer;
  const answer = answerMs === known.ms ? known : { ms: answerMs, sinceMs: nowMs };
  return changed(before, { step: noteWatched(before.guest.step, risePages, answer) });
}

function applied(
  before: Minds,
  guest: string,
  balloonTargetPages: number,
  pageBytes: number,
  env: GuestEnv,
  nowMs: number,
): Reaction {
  const told = { kind: "told", guest, balloonTargetBytes: balloonTargetPages * pageBytes } as const;
  const host = hostAfter(before.host, told, env, nowMs);
  return { ...changed(before, { askedPages: balloonTargetPages }), host };
}

/** It may still be short of what it was to have: the watch goes on looking. */
function notApplied(before: Minds): Reaction {
  const { last } = before.guest;
  return last === null ? changed(before, {}) : changed(before, { last: { ...last, targetPages: null } });
}

function gave(before: Minds, isAll: boolean): Reaction {
  const freshness = { ...before.guest.freshness, isOpen: isAll, isReported: true };
  return changed(before, { freshness, askedPages: null, owes: !isAll });
}

/** Its target is held; memory that nobody has read of it yet counts all the same. One that restarts is not stuck any more. */
function unreadable(before: Minds, guest: string, state: string | null, env: GuestEnv, nowMs: number): Reaction {
  const freshness = noteUnreadable(before.guest.freshness, state, nowMs);
  const host = hostAfter(before.host, { kind: "unreadable", guest }, env, nowMs);
  const effects = host !== null && accountOf(host.ledger, guest) === null ? READ_SIZE : NOTHING;
  const step = freshness.isRestarting ? noteRestart(before.guest.step) : before.guest.step;
  return { guest: { ...before.guest, step, freshness }, host, effects };
}

/** An idle guest may have something to do again. */
function written(before: Minds, name: TunableName, old: Tunables, { tunables }: GuestEnv): Reaction {
  const { step, isArmed } = before.guest;
  const next = name === "frontswap_inertia" ? restartInertia(step) : step;
  if (isArmed || !armsOnWrite(name, old, tunables)) return changed(before, { step: next });
  return changed(before, { step: next, isArmed: true }, [armNext(tunables)]);
}

/** On a host a guest is read though nothing of it may be moved: what it has counts. */
function ended(before: Minds, { tunables, hasCompressedSwap, host }: GuestEnv): Reaction {
  const isArmed = host !== null || armsAfterRun(tunables, hasCompressedSwap);
  return changed(before, { isArmed }, isArmed ? [armNext(tunables)] : NOTHING);
}

function armNext({ selfballoon_interval }: Tunables): Effect {
  return { kind: "arm", delayMs: selfballoon_interval * 1000 };
}
