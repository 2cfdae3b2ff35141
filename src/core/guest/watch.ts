import type { WatchSample } from "../backend.ts";
import { reactionMs } from "../guard/headroom.ts";
import type { Tunables } from "../tunables.ts";
import { followAlarm, isBelow, QUIET } from "./alarm.ts";
import { demandPages, risePages, withDemand } from "./demand.ts";
import type { ControllerState } from "./state.ts";
import { noteRise } from "./step.ts";
import { watchLinePages } from "./watch-line.ts";

/** What the watch made of one look. */
export interface Looked {
  readonly state: ControllerState;
  /** By how much demand rose, in pages, if that is more than was known; else null. */
  readonly risePages: number | null;
  /** Memory is short: do not wait for the next step. */
  readonly isShort: boolean;
}

/**
 * Take in a look between two steps: how fast demand rises, and whether what must be available until the next step is still
 * there. Never short while nothing is known of the guest, or while it has been given everything.
 */
export function look(before: ControllerState, sample: WatchSample, tunables: Tunables, isWatched: boolean): Looked {
  const seen = followDemand(before, sample, tunables);
  const line = isWatched ? linePages(seen.state, tunables) : null;
  if (!isBelow(sample, line)) {
    const state = seen.state.alarm === QUIET ? seen.state : { ...seen.state, alarm: QUIET };
    return { state, risePages: seen.risePages, isShort: false };
  }
  const alarm = followAlarm(seen.state.alarm, sample);
  return { state: { ...seen.state, alarm }, risePages: seen.risePages, isShort: alarm.looksSince === 0 };
}

function followDemand(
  before: ControllerState,
  sample: WatchSample,
  tunables: Tunables,
): Pick<Looked, "state" | "risePages"> {
  const nowPages = demandPages(sample);
  if (nowPages === null) return { state: before, risePages: null };
  const window = Math.ceil(reactionMs(tunables) / tunables.guard_watch_ms);
  const rise = risePages(before.demands, nowPages);
  const step = rise > 0 ? noteRise(before.step, rise) : before.step;
  const state = { ...before, step, demands: withDemand(before.demands, nowPages, window) };
  return { state, risePages: step === before.step ? null : rise };
}

/** What must be available until the next step, in pages; null while nothing can be short. */
function linePages({ step, last, freshness }: ControllerState, tunables: Tunables): number | null {
  if (last === null || freshness.isOpen) return null;
  return watchLinePages(step, last.observation, last, tunables);
}
