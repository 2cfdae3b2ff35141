import { reactionMs } from "../../core/guard/headroom.ts";
import { Alarm } from "../../core/guest/alarm.ts";
import { DemandRing } from "../../core/guest/demand.ts";
import { type GuestState, noteRise, startState, step } from "../../core/guest/step.ts";
import { watchLinePages } from "../../core/guest/watch-line.ts";
import type { Observation } from "../../core/observation.ts";
import type { Policy as GoalPolicy } from "../../core/policy.ts";
import { startReservedMb } from "../../core/startup.ts";
import { DEFAULT_TUNABLES, type Tunables } from "../../core/tunables.ts";
import { balloonSetting, guestPolicy, type Policy, type Setting, type Stepped } from "./policy.ts";

/** What the daemon keeps of one guest. */
interface LoopState {
  readonly guest: GuestState;
  /** As at the guest's start: the reserve is 10 % of the RAM that it had then. Null before the first step. */
  readonly tunables: Tunables | null;
  /** With less available the watch asks for a step; null while it never does. */
  readonly linePages: number | null;
  /** The daemon's own ring of samples and its alarm, which change in place. */
  readonly ring: DemandRing;
  readonly alarm: Alarm;
}

/** What sets one way of running the daemon apart from another. */
export interface DaemonKind {
  readonly summary: string;
  readonly goal: GoalPolicy;
  /** 0: the law alone, without the watch. */
  readonly guard: 0 | 1;
}

/** What `selfballoon run` does for each guest, with the tunables' defaults: the core's steps, and the watch between them. */
export function daemonPolicy({ summary, goal, guard }: DaemonKind): Policy {
  const decide = (state: LoopState, tunables: Tunables, observation: Observation, nowMs: number) =>
    step(state.guest, observation, tunables, nowMs);
  const rule = {
    summary,
    source: "",
    intervalMs: DEFAULT_TUNABLES.selfballoon_interval * 1000,
    initial: (): LoopState => ({
      guest: startState(goal),
      tunables: null,
      linePages: null,
      ring: new DemandRing(),
      alarm: new Alarm(),
    }),
    step(before: LoopState, observation: Observation, nowMs: number): Stepped<LoopState, Setting> {
      const tunables = before.tunables ?? startTunables(observation, guard);
      const { state, decision } = decide(before, tunables, observation, nowMs);
      const linePages = watchLinePages(state, observation, decision, tunables);
      return { state: { ...before, guest: state, tunables, linePages }, result: decision };
    },
  };
  return guestPolicy(guard === 0 ? rule : { ...rule, watch });

  /** Remember how fast demand rises; if memory is short step at once, and only ever upward. */
  function watch(before: LoopState, observation: Observation, nowMs: number): Stepped<LoopState, Setting | null> {
    const { tunables, linePages } = before;
    if (tunables === null) return { state: before, result: null };
    const seen = { ...before, guest: noteRise(before.guest, riseOf(before, tunables, observation)) };
    if (!before.alarm.isDue(observation, linePages)) return { state: seen, result: null };
    const { state, decision } = decide(seen, tunables, observation, nowMs);
    if ((decision.targetPages ?? 0) <= (observation.totalramPages ?? 0)) return { state: seen, result: null };
    const after = { ...state, shrink: seen.guest.shrink };
    const line = watchLinePages(after, observation, decision, tunables);
    return { state: { ...seen, guest: after, linePages: line }, result: balloonSetting(decision.balloonTargetPages) };
  }
}

function riseOf({ ring }: LoopState, tunables: Tunables, observation: Observation): number {
  return ring.rise(observation, Math.ceil(reactionMs(tunables) / tunables.guard_watch_ms));
}

function startTunables({ totalramPages, pageBytes }: Observation, guard: 0 | 1): Tunables {
  const selfballoon_reserved_mb = totalramPages === null ? 0 : startReservedMb(totalramPages, pageBytes);
  return { ...DEFAULT_TUNABLES, selfballoon_reserved_mb, guard };
}
