import type { Effect } from "../core/guest/effects.ts";
import type { GuestEnv, GuestEvent } from "../core/guest/events.ts";
import { type ControllerState, foundState } from "../core/guest/state.ts";
import type { HostBudget } from "../core/host/budget.ts";
import { type BudgetTerms, budgetNow } from "../core/host/budget-terms.ts";
import type { HostSight } from "../core/host/host-reading.ts";
import { type Looked, lookAtHost } from "../core/host/look.ts";
import { changeRules, reactToReservation, removeGuest } from "../core/host/planner.ts";
import type { Pressure, Take } from "../core/host/pressure.ts";
import type { Reservation, ReservationEvent } from "../core/host/reservation.ts";
import type { Yield } from "../core/host/room.ts";
import type { HostRules } from "../core/host/rules.ts";
import { type HostStanding, standingOf } from "../core/host/standing.ts";
import { type HostState, INITIAL_HOST_STATE } from "../core/host/state.ts";
import type { Turn } from "../core/journal-record.ts";
import type { Minds, Reaction } from "../core/minds.ts";
import type { Policy } from "../core/policy.ts";
import { react } from "../core/react.ts";
import { hostSnapshot, type Snapshot } from "../core/snapshot.ts";
import { yieldOf } from "../core/yield.ts";

/** What came of an event. */
export interface Taken {
  readonly effects: readonly Effect[];
  /** What it was decided by. */
  readonly env: GuestEnv;
  /** Its place among all that changed what a decision can depend on; null if it changed nothing of that. */
  readonly turn: Turn | null;
}

/** What came of a look at the host. */
export interface HostLooked extends Omit<Looked, "state"> {
  readonly pressure: Pressure;
  /** As of `Taken`. */
  readonly turn: Turn | null;
}

/**
 * What is remembered: one value for each guest and one for their host, each replaced as a whole at an event. The core says
 * by what; this only keeps it, and counts.
 */
export class Mind {
  readonly policy: Policy;
  /** Guests have taken what was reserved for them. */
  onTaken: (taken: readonly Reservation[]) => void = () => {};
  private readonly nowMs: () => number;
  private readonly guests = new Map<string, ControllerState>();
  private host: HostState | null;
  private turn = 0;

  constructor(policy: Policy, isShared: boolean, nowMs: () => number) {
    this.policy = policy;
    this.host = isShared ? INITIAL_HOST_STATE : null;
    this.nowMs = nowMs;
  }

  /** A guest was found: nothing is remembered of it. */
  find(guest: string): Turn {
    const nowMs = this.nowMs();
    this.guests.set(guest, foundState(this.policy, nowMs));
    return this.next(nowMs);
  }

  /** Take in what happened to a guest that was found. */
  take(guest: string, event: GuestEvent, env: GuestEnv): Taken {
    const nowMs = this.nowMs();
    const before: Minds = { guest: this.guests.get(guest) ?? foundState(this.policy, nowMs), host: this.host };
    const after = react(before, guest, event, env, nowMs);
    this.guests.set(guest, after.guest);
    const taken = takenBetween(this.host, after.host);
    this.host = after.host;
    if (taken.length > 0) this.onTaken(taken);
    const isKept = !RECORDED_OTHERWISE.has(event.kind) && changesDecisions(before, after);
    return { effects: after.effects, env, turn: isKept ? this.next(nowMs) : null };
  }

  /** A guest has disappeared, and its memory with it. */
  remove(guest: string): Turn {
    this.guests.delete(guest);
    if (this.host !== null) this.host = removeGuest(this.host, guest);
    return this.next();
  }

  /** The host's rules are others from now on. */
  changeRules(take?: Take): Turn {
    if (this.host !== null) this.host = changeRules(this.host, take);
    return this.next();
  }

  /** The host's own memory was looked at. Null where no host is shared. */
  look(sight: HostSight): HostLooked | null {
    const { host } = this;
    if (host === null) return null;
    const nowMs = this.nowMs();
    const { state, stepSoon, notices } = lookAtHost(host, sight, nowMs);
    this.host = state;
    return { pressure: state.pressure, stepSoon, notices, turn: state === host ? null : this.next(nowMs) };
  }

  /** The host's budget as it is now; `before` itself where nothing changed. */
  budgetNow(before: HostBudget, terms: BudgetTerms, sight: HostSight): HostBudget {
    return this.host === null ? before : budgetNow(before, terms, sight, this.host.ledger);
  }

  /** The next turn, for what concerns all guests. */
  next(nowMs = this.nowMs()): Turn {
    this.turn += 1;
    return { turn: this.turn, nowMs };
  }

  /** What is remembered of the host; as of one without guests where none is shared. */
  get hostState(): HostState {
    return this.host ?? INITIAL_HOST_STATE;
  }

  /** Something happened to what is reserved. */
  takeReservation(event: ReservationEvent): Turn {
    if (this.host !== null) this.host = reactToReservation(this.host, event);
    return this.next();
  }

  /** What a guest could give now; null if nothing is known of it. */
  yieldOf(guest: string, env: GuestEnv): Yield | null {
    const state = this.guests.get(guest);
    return state === undefined ? null : yieldOf(guest, state, this.hostState, env, this.nowMs());
  }

  /** How the host's memory stands under `rules`; null where no host is shared. */
  standing(rules: HostRules): HostStanding | null {
    return this.host === null ? null : standingOf(this.host, rules);
  }

  snapshot(budget: HostBudget | null): Pick<Snapshot, "turn" | "policy" | "guests" | "host"> {
    return {
      turn: this.turn,
      policy: this.policy,
      guests: [...this.guests].map(([guest, state]) => ({ guest, state })),
      host: this.host === null || budget === null ? null : hostSnapshot(this.host, budget),
    };
  }
}

/** Reservations that ended because of what a guest has. */
function takenBetween(before: HostState | null, after: HostState | null): readonly Reservation[] {
  if (before === null || after === null || before.reservations === after.reservations) return [];
  return before.reservations.held.filter(({ id }) => !after.reservations.held.some((one) => one.id === id));
}

/** The records of steps and of what was given say what came of them, and one record tells a write for all guests. */
const RECORDED_OTHERWISE: ReadonlySet<GuestEvent["kind"]> = new Set(["applied", "gave", "not_applied", "written"]);

/** Arming, freshness and the samples of the watch bring events about; no decision is made by them. */
function changesDecisions(before: Minds, after: Reaction): boolean {
  const { step, askedPages } = before.guest;
  return (
    before.host !== after.host ||
    after.guest.step !== step ||
    after.guest.askedPages !== askedPages ||
    after.effects.some(isGiving)
  );
}

function isGiving({ kind }: Effect): boolean {
  return kind === "give_all";
}
