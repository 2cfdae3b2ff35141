import type { Effect } from "../../core/guest/effects.ts";
import type { Cause, GuestEnv, GuestEvent } from "../../core/guest/events.ts";
import { type ControllerState, foundState } from "../../core/guest/state.ts";
import { sizeOf } from "../../core/host/account.ts";
import type { HostBudget } from "../../core/host/budget.ts";
import { type HostState, INITIAL_HOST_STATE } from "../../core/host/state.ts";
import { NO_LIMITS } from "../../core/limits.ts";
import type { Observation } from "../../core/observation.ts";
import type { Policy as GoalPolicy } from "../../core/policy.ts";
import { react } from "../../core/react.ts";
import { startIntervalOnHost, startReservedMb } from "../../core/startup.ts";
import { DEFAULT_TUNABLES } from "../../core/tunables.ts";
import { PAGE_BYTES } from "../watermarks.ts";
import { type HostSight, NOTHING, type Policy, type PolicyRun, type Setting } from "./policy.ts";

/** What sets one way of running the daemon apart from another. */
export interface DaemonKind {
  readonly summary: string;
  readonly goal: GoalPolicy;
  /** 0: the law alone, without the watch. */
  readonly guard: 0 | 1;
}

/** The part of a shared host that is kept for emergencies, as where the operator says nothing. */
const RESERVE_SHARE = 1 / 16;

/** What `selfballoon run` does, with the tunables' defaults: the core's own controller, and its planner on a shared host. */
export function daemonPolicy({ summary, goal, guard }: DaemonKind): Policy {
  return {
    summary,
    source: "",
    intervalMs: intervalOf(goal) * 1000,
    watches: guard === 1,
    start: () => new DaemonRun(goal, guard),
  };
}

function intervalOf(goal: GoalPolicy): number {
  return startIntervalOnHost(goal) ?? DEFAULT_TUNABLES.selfballoon_interval;
}

/** What the daemon keeps, and what it would do at each moment. */
class DaemonRun implements PolicyRun {
  private readonly goal: GoalPolicy;
  private readonly guard: 0 | 1;
  private readonly guests = new Map<string, ControllerState>();
  private readonly envs = new Map<string, GuestEnv>();
  private host: HostState | null = null;

  constructor(goal: GoalPolicy, guard: 0 | 1) {
    this.goal = goal;
    this.guard = guard;
  }

  step(host: HostSight, nowMs: number): readonly Setting[] {
    const settings = new Settings(host);
    for (const guest of host.guests) this.meet(host, guest, nowMs);
    for (const guest of host.guests) this.pass(host, guest, "interval", settings, nowMs);
    return settings.all;
  }

  watch(host: HostSight, nowMs: number): readonly Setting[] {
    const settings = new Settings(host);
    for (const guest of host.guests) {
      if (!this.guests.has(guest.guest)) continue; // it was never stepped
      const effects = this.take(host, guest, { kind: "sampled", sample: guest }, nowMs);
      if (effects.some(({ kind }) => kind === "answer_shortage")) this.pass(host, guest, "shortage", settings, nowMs);
    }
    return settings.all;
  }

  /** What a guest has counts before anything is granted to another. */
  private meet(host: HostSight, observation: Observation, nowMs: number): void {
    const size = this.guests.has(observation.guest) ? null : sizeOf({ observation, notices: [] });
    if (size !== null) this.take(host, observation, { kind: "sized", size }, nowMs);
  }

  private pass(host: HostSight, observation: Observation, cause: Cause, settings: Settings, nowMs: number): void {
    const reading = { observation, notices: [] };
    // Nothing moves while the virtual clock stands: a second reading is the first one.
    const effects = this.take(host, observation, { kind: "observed", reading, cause, isAgain: true }, nowMs);
    for (const effect of [...effects, ...this.take(host, observation, { kind: "settled" }, nowMs)]) {
      this.carryOut(effect, host, observation, settings, nowMs);
    }
  }

  private carryOut(effect: Effect, host: HostSight, observation: Observation, settings: Settings, nowMs: number): void {
    const { guest } = observation;
    if (effect.kind === "decided") {
      settings.set(guest, effect.target?.balloonTargetPages ?? null, effect.shrink?.targetPages ?? null);
      if (effect.target !== null) this.take(host, observation, { kind: "applied", ...effect.target }, nowMs);
    }
    if (effect.kind === "give_all") {
      const givenPages = effect.bytes === null ? observation.balloonMaxPages : Math.floor(effect.bytes / PAGE_BYTES);
      settings.set(guest, givenPages, null);
      this.take(host, observation, { kind: "gave", isAll: effect.isAll }, nowMs);
    }
    if (effect.kind !== "step_soon") return;
    for (const donor of host.guests) {
      if (effect.guests.includes(donor.guest)) this.pass(host, donor, "soon", settings, nowMs);
    }
  }

  private take(host: HostSight, observation: Observation, event: GuestEvent, nowMs: number): readonly Effect[] {
    const name = observation.guest;
    if (host.isShared) this.host ??= INITIAL_HOST_STATE;
    const guest = this.guests.get(name) ?? foundState(this.goal, nowMs);
    const after = react({ guest, host: this.host }, name, event, this.envOf(host, observation), nowMs);
    this.guests.set(name, after.guest);
    this.host = after.host;
    return after.effects;
  }

  /** As at the guest's start: the reserve is 10 % of the RAM that it had then. */
  private envOf(host: HostSight, { guest, totalramPages, pageBytes }: Observation): GuestEnv {
    const kept = this.envs.get(guest);
    if (kept !== undefined) return kept;
    const reservedMb = totalramPages === null ? 0 : startReservedMb(totalramPages, pageBytes);
    const terms = { ...NO_LIMITS, isManaged: true };
    const env: GuestEnv = {
      tunables: {
        ...DEFAULT_TUNABLES,
        selfballoon_interval: intervalOf(this.goal),
        selfballoon_reserved_mb: reservedMb,
        guard: this.guard,
      },
      hasCompressedSwap: true,
      isDryRun: false,
      isPaused: false,
      isReleased: false,
      host: host.isShared ? { budget: budgetOf(host), terms } : null,
    };
    if (totalramPages !== null) this.envs.set(guest, env);
    return env;
  }
}

function budgetOf({ memoryPages }: HostSight): HostBudget {
  const memoryBytes = memoryPages * PAGE_BYTES;
  return { memoryBytes, reserveBytes: Math.floor(memoryBytes * RESERVE_SHARE) };
}

/** What is set for each guest, in their order; a later setting replaces an earlier one. */
class Settings {
  readonly all: Setting[];
  private readonly order: ReadonlyMap<string, number>;

  constructor({ guests }: HostSight) {
    this.order = new Map(guests.map(({ guest }, nth) => [guest, nth]));
    this.all = guests.map(() => NOTHING);
  }

  set(guest: string, balloonTargetPages: number | null, frontswapTargetPages: number | null): void {
    const nth = this.order.get(guest);
    if (nth !== undefined) this.all[nth] = { balloonTargetPages, frontswapTargetPages };
  }
}
