import type { Decision } from "../../core/decision.ts";
import type { Effect } from "../../core/guest/effects.ts";
import type { GuestEnv, GuestEvent } from "../../core/guest/events.ts";
import { type ControllerState, foundState } from "../../core/guest/state.ts";
import { restartInertia } from "../../core/guest/step.ts";
import type { Account } from "../../core/host/account.ts";
import type { HostBudget } from "../../core/host/budget.ts";
import { lookAtHost } from "../../core/host/look.ts";
import { changeRules, reactToReservation, removeGuest } from "../../core/host/planner.ts";
import type { ReservationEvent } from "../../core/host/reservation.ts";
import type { HostState } from "../../core/host/state.ts";
import { type GuestTerms, NO_LIMITS } from "../../core/limits.ts";
import type { Observation } from "../../core/observation.ts";
import { react } from "../../core/react.ts";
import { hostStateOf } from "../../core/snapshot.ts";
import type { Tunables } from "../../core/tunables.ts";
import {
  type Exact,
  FIRST_ENV,
  type Header,
  type RecordedEnv,
  type RecordedEvent,
  type Remembered,
} from "../../formats/exact.ts";

const ANYBODY: GuestTerms = { ...NO_LIMITS, isManaged: true };

/** Plays an exact recording: every line is an event for the same core that the daemon asked, at the same time. */
export class ExactReplay {
  private readonly header: Header;
  /** Tunables that the command line sets, whatever was recorded. */
  private readonly overrides: Partial<Tunables>;
  private readonly guests = new Map<string, ControllerState>();
  private readonly envs = new Map<string, RecordedEnv>();
  private accounts: Account[] = [];
  private entitled: [string, number][] = [];
  private host: HostState | null = null;
  private budget: HostBudget | null;
  private hasBegun = false;

  constructor(header: Header, overrides: Partial<Tunables>) {
    this.header = header;
    this.overrides = overrides;
    this.budget = header.host?.budget ?? null;
  }

  /** How much the host needs its memory now; null where no host is shared. */
  get need(): number | null {
    return this.host?.pressure.need ?? null;
  }

  /** What was remembered of a guest when the recording began. */
  remember({ guest, state, account, entitledBytes }: Remembered): void {
    if (state !== null) this.guests.set(guest, state);
    if (account !== null) this.accounts.push(account);
    if (entitledBytes !== undefined) this.entitled.push([guest, entitledBytes]);
  }

  /** Decide again on what was read. Null: the core decides nothing on it. */
  decide(observation: Observation, exact: Exact): Decision | null {
    const { guest } = observation;
    this.changeEnv(guest, exact);
    const { cause, nowMs, machinePages, rssBytes, unballoonedBytes, applied } = exact;
    const reading = {
      observation: { ...observation, balloonMaxPages: machinePages },
      notices: [],
      rssBytes,
      unballoonedBytes,
    };
    const effects = this.take(guest, { kind: "observed", reading, cause, isAgain: true }, nowMs);
    const decision = effects.find((effect) => effect.kind === "decided")?.decided.decision ?? null;
    const balloonTargetPages = decision?.balloonTargetPages ?? null;
    const { pageBytes } = observation;
    if (applied && balloonTargetPages !== null)
      this.take(guest, { kind: "applied", balloonTargetPages, pageBytes }, nowMs);
    return decision;
  }

  /** Take in what happened besides. @returns what the core makes of it. */
  happen(event: RecordedEvent): readonly Effect[] {
    switch (event.kind) {
      case "guest":
        return this.comeOrGo(event);
      case "size": {
        const { guest, currentBytes, maximumBytes, unballoonedBytes, weight, priority, nowMs } = event;
        const size = { currentBytes, maximumBytes, unballoonedBytes };
        return this.take(guest, { kind: "sized", size }, nowMs, { ...ANYBODY, weight, priority });
      }
      case "rise": {
        const { guest, risePages, answerMs, nowMs } = event;
        return this.take(guest, { kind: "rose", risePages, answerMs }, nowMs);
      }
      case "give":
        return this.give(event);
      case "fault":
        return event.nowMs === null ? [] : this.take(event.guest, { kind: "unreadable", state: null }, event.nowMs);
      case "applied":
        return this.take(event.guest, event, 0);
      case "rules":
        return this.changeRules(event);
      case "host":
        return this.look(event);
      case "reservation":
        return this.reserve(event.event);
      case "tunables":
        return event.values.frontswap_inertia === undefined ? [] : this.restartInertia();
      case "settings":
        return this.changeGuest(event);
      case "notice":
      case "shrink":
      case "pause":
        return [];
    }
  }

  private give({ guest, because, terms, isAll, isDone, nowMs }: RecordedEvent & { readonly kind: "give" }) {
    const effects = this.take(guest, { kind: "asked_all", because }, nowMs, terms);
    if (isDone) this.take(guest, { kind: "gave", isAll }, nowMs, terms);
    return effects;
  }

  private take(guest: string, event: GuestEvent, nowMs: number, terms?: GuestTerms | null): readonly Effect[] {
    this.begin();
    const before = this.guests.get(guest) ?? foundState(this.header.policy, nowMs);
    const after = react({ guest: before, host: this.host }, guest, event, this.envOf(guest, terms), nowMs);
    this.guests.set(guest, after.guest);
    this.host = after.host;
    return after.effects;
  }

  /** The host's state is complete with the last line of what was remembered. */
  private begin(): void {
    const { host } = this.header;
    if (this.hasBegun) return;
    this.hasBegun = true;
    if (host === null) return;
    const { accounts } = this;
    const entitled = host.entitledAtMs === null ? null : { atMs: host.entitledAtMs, bytes: this.entitled };
    this.host = hostStateOf({ ...host, accounts, entitled });
    this.accounts = [];
    this.entitled = [];
  }

  private comeOrGo({ guest, change, nowMs }: RecordedEvent & { readonly kind: "guest" }): readonly Effect[] {
    this.begin();
    this.envs.delete(guest);
    this.guests.delete(guest);
    if (change === "found") this.guests.set(guest, foundState(this.header.policy, nowMs));
    else if (this.host !== null) this.host = removeGuest(this.host, guest);
    return [];
  }

  private changeRules({ budget, take }: RecordedEvent & { readonly kind: "rules" }): readonly Effect[] {
    this.begin();
    this.budget = budget;
    if (this.host !== null) this.host = changeRules(this.host, take);
    return [];
  }

  private look({ sight, nowMs }: RecordedEvent & { readonly kind: "host" }): readonly Effect[] {
    this.begin();
    if (this.host !== null) this.host = lookAtHost(this.host, sight, nowMs).state;
    return [];
  }

  private reserve(event: ReservationEvent): readonly Effect[] {
    this.begin();
    if (this.host !== null) this.host = reactToReservation(this.host, event);
    return [];
  }

  /** What it changes of later decisions is in their lines. */
  private changeGuest({ guest, values }: RecordedEvent & { readonly kind: "settings" }): readonly Effect[] {
    this.begin();
    if (this.host !== null) this.host = changeRules(this.host);
    const state = this.guests.get(guest);
    if (state !== undefined && Object.hasOwn(values, "frontswap_inertia"))
      this.guests.set(guest, { ...state, step: restartInertia(state.step) });
    return [];
  }

  private restartInertia(): readonly Effect[] {
    for (const [guest, state] of this.guests) this.guests.set(guest, { ...state, step: restartInertia(state.step) });
    return [];
  }

  private changeEnv(guest: string, { env }: Exact): void {
    const before = this.envs.get(guest) ?? FIRST_ENV;
    if (env === undefined && before !== FIRST_ENV) return;
    this.envs.set(guest, {
      tunables: { ...before.tunables, ...env?.tunables, ...this.overrides },
      terms: env?.terms === undefined ? before.terms : env.terms,
      isPaused: env?.isPaused ?? before.isPaused,
    });
  }

  private envOf(guest: string, terms?: GuestTerms | null): GuestEnv {
    const env = this.envs.get(guest) ?? FIRST_ENV;
    const { isDryRun, hasCompressedSwap } = this.header;
    const { tunables, isPaused } = env;
    const host = this.budget === null ? null : { budget: this.budget, terms: terms ?? env.terms ?? ANYBODY };
    return { tunables, hasCompressedSwap, isDryRun, isPaused, isReleased: false, host };
  }
}
