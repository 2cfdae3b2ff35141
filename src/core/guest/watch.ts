import type { WatchSample } from "../backend.ts";
import { type Answer, learnAnswer, NO_ANSWER } from "../guard/answer.ts";
import { reactionMs } from "../guard/headroom.ts";
import type { Tunables } from "../tunables.ts";
import { followAlarm, isBelow, QUIET } from "./alarm.ts";
import { type Demands, demandPages, risePages, withDemand } from "./demand.ts";
import type { ControllerState } from "./state.ts";
import { type GuestState, noteWatched } from "./step.ts";
import { followUnanswered, type Unanswered } from "./unanswered.ts";
import { watchLinePages } from "./watch-line.ts";

/** What the watch made of one look. */
export interface Looked {
  /** Its `step` is another one only if something was learned. */
  readonly state: ControllerState;
  /** Memory is short: do not wait for the next step. */
  readonly isShort: boolean;
}

/**
 * Take in a look between two steps: how fast demand rises, how long the balloon took to answer, and whether what must be
 * available until the next step is still there. Never short while nothing is known of the guest, or while it has been given
 * everything.
 */
export function look(
  before: ControllerState,
  sample: WatchSample,
  tunables: Tunables,
  isWatched: boolean,
  nowMs: number,
): Looked {
  const { demands, seenPages } = followDemand(before, sample, tunables);
  const { answer } = before.step.guard;
  const risen = noteWatched(before.step, seenPages, answer);
  const isLow = isBelow(sample, isWatched ? linePages(before, risen, tunables) : null);
  const { unanswered, learned } = followAnswer(before, sample, isLow, nowMs);
  const step = noteWatched(risen, seenPages, learned);
  const alarm = isLow ? followAlarm(before.alarm, sample) : QUIET;
  return { state: { ...before, step, demands, alarm, unanswered }, isShort: isLow && alarm.looksSince === 0 };
}

function followDemand(
  { demands, step }: ControllerState,
  sample: WatchSample,
  tunables: Tunables,
): { readonly demands: Demands; readonly seenPages: number } {
  const nowPages = demandPages(sample);
  if (nowPages === null) return { demands, seenPages: 0 };
  const window = Math.ceil(reactionMs(tunables, step.guard.answer) / tunables.guard_watch_ms);
  return { demands: withDemand(demands, nowPages, window), seenPages: risePages(demands, nowPages) };
}

function followAnswer(
  { last, step, unanswered: before }: ControllerState,
  sample: WatchSample,
  isLow: boolean,
  nowMs: number,
): { readonly unanswered: Unanswered | null; readonly learned: Answer } {
  const { unanswered, answerMs } = followUnanswered(before, sample, isLow, last?.targetPages ?? null, nowMs);
  const { answer } = step.guard;
  // Where nothing can be swapped, a rise that is answered too late kills: no quickness is relied on.
  const hasSwap = (last?.observation.swapTotalPages ?? 0) > 0;
  const seenMs = hasSwap ? answerMs : NO_ANSWER.ms;
  return { unanswered, learned: seenMs === null ? answer : learnAnswer(answer, seenMs, nowMs) };
}

/** What must be available until the next step, in pages; null while nothing can be short. */
function linePages({ last, freshness }: ControllerState, step: GuestState, tunables: Tunables): number | null {
  if (last === null || freshness.isOpen) return null;
  return watchLinePages(step, last.observation, last, tunables);
}
