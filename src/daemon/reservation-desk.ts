import { ALL_GUESTS } from "../core/all-guests.ts";
import type { Cancellation } from "../core/backend.ts";
import type { ReservationStatus, ReservationWish, Reserved } from "../core/control.ts";
import { selfballoonError } from "../core/errors.ts";
import { pursuit } from "../core/host/pursuit.ts";
import { type KeptReservation, keptBytes, type Reservation, type ReservationEvent } from "../core/host/reservation.ts";
import { isMet, type Yield } from "../core/host/room.ts";
import type { HostRules } from "../core/host/rules.ts";
import { standingOf } from "../core/host/standing.ts";
import type { HostState } from "../core/host/state.ts";
import { lateness, mayPass, refusalOf } from "../core/host/wish.ts";
import { mibFromBytes } from "../core/units.ts";
import type { Clock } from "../time/clock.ts";
import type { Journal } from "./journal.ts";
import type { Mind } from "./mind.ts";

/** While something that is reserved is not free, who goes down for it is worked out again so often. */
const PURSUE_MS = 250;

/** Where reservations are kept over a restart of the daemon. */
export interface ReservationStore {
  /** Those that were kept; none where there is nothing, or nothing that can be read. */
  load(): readonly KeptReservation[];
  /** @returns whether they are kept. */
  save(kept: readonly KeptReservation[]): boolean;
}

/** What the desk works with. */
export interface DeskTools {
  readonly clock: Clock;
  readonly journal: Journal;
  readonly mind: Mind;
  readonly rules: () => HostRules | null;
  /** What each guest could give now. */
  readonly yields: () => readonly Yield[];
  readonly stepSoon: (guests: readonly string[]) => void;
  readonly store: ReservationStore | null;
}

type Outcome = "met" | "late" | "withdrawn";

/** Takes wishes for memory, has guests go down for them, and answers once it is free. */
export class ReservationDesk {
  private readonly tools: DeskTools;
  private readonly waiting = new Map<string, (outcome: Outcome) => void>();
  private cancel: () => void = () => {};
  private isStopped = false;

  constructor(tools: DeskTools) {
    this.tools = tools;
    tools.mind.onTaken = (taken) => this.noteTaken(taken);
  }

  /** Go on with what was reserved before the daemon was started again. */
  restore(): void {
    const { clock, store } = this.tools;
    if (this.tools.rules() === null) return;
    for (const { id, guest, bytes, expiresAtMs } of store?.load() ?? []) {
      const leftMs = expiresAtMs - clock.wallMs();
      if (leftMs > 0)
        this.take({ kind: "reserved", reservation: { id, guest, bytes, untilMs: clock.nowMs() + leftMs } });
    }
    this.save();
    this.pursue();
  }

  list(): readonly ReservationStatus[] {
    const rules = this.tools.rules();
    return rules === null ? [] : this.host.reservations.held.map((one) => this.statusOf(one, rules));
  }

  /** @throws ERR_NO_SHARED_HOST, ERR_RESERVATION_EXISTS, ERR_TOO_MANY, ERR_OVERCOMMIT, ERR_RESERVATION_UNMET, ERR_RESERVATION_LATE, ERR_RESERVATION_UNKNOWN, ERR_RESERVATION_UNKEPT. */
  async reserve(wish: ReservationWish, gone?: Cancellation): Promise<Reserved> {
    const { clock } = this.tools;
    const endMs = clock.nowMs() + wish.waitMs;
    const id = await this.admit(wish, endMs);
    const leftMs = endMs - clock.nowMs();
    const outcome = await (wish.isKept ? this.outcomeOf(id, leftMs) : this.outcomeUnless(gone, id, leftMs));
    const rules = this.rules;
    if (outcome === "withdrawn") throw selfballoonError("ERR_RESERVATION_UNKNOWN", { id });
    const { freeBytes } = standingOf(this.host, rules);
    if (outcome === "late") this.giveUp(id, wish);
    const reservation = this.host.reservations.held.find((one) => one.id === id);
    return { reservation: reservation === undefined ? null : this.statusOf(reservation, rules), freeBytes };
  }

  /** @throws ERR_RESERVATION_UNKNOWN. */
  withdraw(id: string): ReservationStatus {
    const found = this.list().find((one) => one.id === id);
    if (found === undefined) throw selfballoonError("ERR_RESERVATION_UNKNOWN", { id: id.slice(0, 64) });
    this.end(id, "withdrawn");
    this.pursue();
    return found;
  }

  /** Guests came or went, or have what nobody knew of: what was free may be no more. */
  lookAgain(): void {
    if (this.host.reservations.held.length > 0) this.pursue();
  }

  /** Nothing is pursued any more; what is reserved is kept for the next start, but for what was still waited for. */
  stop(): void {
    this.isStopped = true;
    this.cancel();
    for (const answer of this.waiting.values()) answer("late");
  }

  private isHeld(id: string): boolean {
    return this.host.reservations.held.some((one) => one.id === id);
  }

  private get host(): HostState {
    return this.tools.mind.hostState;
  }

  private get rules(): HostRules {
    const rules = this.tools.rules();
    if (rules === null) throw selfballoonError("ERR_NO_SHARED_HOST");
    return rules;
  }

  /** Take a wish in, at once but for guests that are still to be read. @returns its id. */
  private async admit(wish: ReservationWish, endMs: number): Promise<string> {
    const { clock } = this.tools;
    for (;;) {
      const yields = this.tools.yields();
      const refusal = refusalOf(this.host, this.rules, wish, yields);
      if (refusal === null) break;
      if (this.isStopped || clock.nowMs() >= endMs || !mayPass(refusal, yields)) throw refusal;
      await new Promise<void>((resolve) => clock.after(PURSUE_MS, resolve));
    }
    // The global is loaded once it is used; node:crypto would cost a guest's daemon, which reserves nothing, half a MiB.
    const { id = crypto.randomUUID().slice(0, 8), guest, bytes, waitMs, lifeMs } = wish;
    const untilMs = clock.nowMs() + Math.max(waitMs, lifeMs);
    this.take({ kind: "reserved", reservation: { id, guest, bytes, untilMs } });
    if (!this.save() && wish.isDurable === true) {
      this.end(id, "withdrawn");
      throw selfballoonError("ERR_RESERVATION_UNKEPT");
    }
    return id;
  }

  /** As `outcomeOf`; it is withdrawn once whoever waits for it has gone. */
  private async outcomeUnless(gone: Cancellation | undefined, id: string, waitMs: number): Promise<Outcome> {
    const withdraw = (): void => {
      if (this.isHeld(id)) this.withdraw(id);
    };
    if (gone?.aborted === true) withdraw();
    gone?.addEventListener("abort", withdraw, { once: true });
    const outcome = await this.outcomeOf(id, waitMs);
    gone?.removeEventListener("abort", withdraw);
    return outcome;
  }

  private outcomeOf(id: string, waitMs: number): Promise<Outcome> {
    if (this.isStopped) return Promise.resolve("late");
    return new Promise((resolve) => {
      const cancel = this.tools.clock.after(waitMs, () => answer("late"));
      const answer = (outcome: Outcome): void => {
        cancel();
        this.waiting.delete(id);
        resolve(outcome);
      };
      this.waiting.set(id, answer);
      this.pursue();
    });
  }

  /** What was free for it is known once it is no more: until then it keeps that from everybody. */
  private giveUp(id: string, wish: ReservationWish): never {
    const yields = this.tools.yields();
    this.end(id, "late");
    const error = lateness(this.host, this.rules, wish, yields);
    this.pursue();
    throw error;
  }

  /** End what is over, have guests go down for what is not free, answer whom it concerns; and again as long as there is cause. */
  private pursue(): void {
    const { clock } = this.tools;
    if (this.isStopped) return;
    this.cancel();
    for (const { id, untilMs } of this.host.reservations.held) if (untilMs <= clock.nowMs()) this.end(id, "expired");
    const rules = this.tools.rules();
    if (rules === null) return;
    const isFree = this.goDown(rules);
    for (const [id, answer] of this.waiting) {
      if (!this.isHeld(id)) answer("withdrawn");
      else if (isMet(this.host, id, rules.budget)) answer("met");
    }
    const nextMs = Math.min(...this.host.reservations.held.map(({ untilMs }) => untilMs - clock.nowMs()));
    if (nextMs === Number.POSITIVE_INFINITY) return;
    this.cancel = clock.after(isFree ? nextMs : Math.min(nextMs, PURSUE_MS), () => this.pursue());
  }

  /** @returns whether all that is reserved is free. */
  private goDown({ budget }: HostRules): boolean {
    const { isFree, ceilings, isNew, stepSoon } = pursuit(this.host, budget, this.tools.yields());
    if (isNew) this.take({ kind: "asked", ceilings });
    this.tools.stepSoon(stepSoon);
    return isFree;
  }

  private end(id: string, because: "withdrawn" | "expired" | "late"): void {
    this.take({ kind: "ended", id, because });
    this.save();
  }

  private take(event: ReservationEvent): void {
    const turn = this.tools.mind.takeReservation(event);
    this.tools.journal.add({ kind: "reservation", event, ...turn });
  }

  private noteTaken(taken: readonly Reservation[]): void {
    for (const { id, guest, bytes } of taken) {
      const details = { mib: mibFromBytes(bytes) };
      this.tools.journal.add({
        kind: "notice",
        guest: guest ?? ALL_GUESTS,
        notice: { code: "reservation_taken", details },
      });
      this.waiting.get(id)?.("met");
    }
    this.save();
  }

  /** @returns whether all is kept over a restart, or nothing is meant to be. */
  private save(): boolean {
    const { clock, store } = this.tools;
    const offsetMs = clock.wallMs() - clock.nowMs();
    const kept = this.host.reservations.held.map(({ id, guest, bytes, untilMs }) => {
      return { id, guest, bytes, expiresAtMs: Math.round(untilMs + offsetMs) };
    });
    return store?.save(kept) ?? true;
  }

  private statusOf(reservation: Reservation, { budget }: HostRules): ReservationStatus {
    const { clock } = this.tools;
    const { id, guest, bytes, untilMs } = reservation;
    return {
      id,
      guest,
      bytes,
      takenBytes: bytes - keptBytes(reservation, this.host.ledger),
      isMet: isMet(this.host, id, budget),
      expiresAtMs: Math.round(untilMs + clock.wallMs() - clock.nowMs()),
    };
  }
}
