import type { Observation } from "../../core/observation.ts";

/** What a policy sets for one guest. Null leaves a target as it is. */
export interface Setting {
  /** What the guest's balloon should say that the guest has, in pages. */
  readonly balloonTargetPages: number | null;
  /** Pages that may stay in compressed swap; for policies that run in the guest. */
  readonly frontswapTargetPages: number | null;
}

/** Sets nothing. */
export const NOTHING: Setting = Object.freeze({ balloonTargetPages: null, frontswapTargetPages: null });

/** Sets the balloon alone. */
export function balloonSetting(balloonTargetPages: number | null): Setting {
  return { balloonTargetPages, frontswapTargetPages: null };
}

/** What came of a step: the policy's next state, and what it sets. */
export interface Stepped<State, Result> {
  readonly state: State;
  readonly result: Result;
}

/** A host as a policy sees it that runs there. */
export interface HostSight {
  /** Memory of the host that is meant for guests, in pages. */
  readonly memoryPages: number;
  /** Whether guests must share that: the host has less than they have at the most. */
  readonly isShared: boolean;
  readonly guests: readonly Observation[];
}

/** A run of one policy over one host. It keeps the state between pure steps. */
export interface PolicyRun {
  /** A step of all guests; gives a setting for each, in their order. */
  step(host: HostSight, nowMs: number): readonly Setting[];
  /** A look at all guests between two steps; gives a setting for each, in their order. */
  watch(host: HostSight, nowMs: number): readonly Setting[];
}

/** A rule that moves balloons, to be compared with others. */
export interface Policy {
  /** One sentence for people. */
  readonly summary: string;
  /** Where the rule and its constants are from; empty for our own. */
  readonly source: string;
  /** Time between two steps, a multiple of 100 ms. */
  readonly intervalMs: number;
  /** Whether the policy looks between two steps, ten times a second. */
  readonly watches: boolean;
  start(foresight: Foresight): PolicyRun;
}

/** The most that a guest's programs and kernel will want from now until `aheadMs` later, in pages. For the oracle alone. */
export type Foresight = (guest: string, aheadMs: number) => number;

interface About {
  readonly summary: string;
  readonly source: string;
  readonly intervalMs: number;
}

/** A policy that decides for each guest alone; `initial` makes the state of a guest that was never seen. */
export interface GuestRule<State> extends About {
  initial(): State;
  step(state: State, guest: Observation, nowMs: number): Stepped<State, Setting>;
}

/** Make a policy of a rule for one guest: each guest has a state of its own. */
export function guestPolicy<State>(rule: GuestRule<State>): Policy {
  const { summary, source, intervalMs, initial } = rule;
  return { summary, source, intervalMs, watches: false, start };

  function start(): PolicyRun {
    const states = new Map<string, State>();
    const keep = <Result>(guest: Observation, { state, result }: Stepped<State, Result>): Result => {
      states.set(guest.guest, state);
      return result;
    };
    const stateOf = ({ guest }: Observation): State => states.get(guest) ?? initial();
    return {
      step: (host, nowMs) => host.guests.map((guest) => keep(guest, rule.step(stateOf(guest), guest, nowMs))),
      watch: () => [],
    };
  }
}

/** A policy that decides for all guests of a host together. `step` is pure. */
export interface HostRule<State> extends About {
  readonly initial: State;
  step(state: State, host: HostSight, nowMs: number): Stepped<State, readonly (number | null)[]>;
}

/** Make a policy of a rule for a whole host; it sets balloons alone. */
export function hostPolicy<State>(rule: HostRule<State>): Policy {
  const { summary, source, intervalMs, initial } = rule;
  return { summary, source, intervalMs, watches: false, start };

  function start(): PolicyRun {
    let state = initial;
    return {
      step(host, nowMs) {
        const stepped = rule.step(state, host, nowMs);
        state = stepped.state;
        return stepped.result.map(balloonSetting);
      },
      watch: () => [],
    };
  }
}
