import { ALL_GUESTS } from "../core/all-guests.ts";
import { type HostReading, type HostSight, sightOf } from "../core/host/host-reading.ts";
import type { Yield } from "../core/host/room.ts";
import type { HostRules } from "../core/host/rules.ts";
import { type HostStanding, newWarnings } from "../core/host/standing.ts";
import type { Notice } from "../core/notices.ts";
import type { Clock } from "../time/clock.ts";
import { HostWatch } from "./host-watch.ts";
import type { Journal } from "./journal.ts";
import type { Mind } from "./mind.ts";
import { ReservationDesk, type ReservationStore } from "./reservation-desk.ts";

/** What is done for a host with. */
export interface SharedHostTools {
  readonly clock: Clock;
  readonly journal: Journal;
  readonly mind: Mind;
  /** Reads the host's own memory; null where there is no host of ours to look at. */
  readonly readHost: (() => HostReading) | null;
  readonly reservationStore: ReservationStore | null;
  /** What each guest could give now. */
  readonly yields: () => readonly Yield[];
  /** What of the guests' memory the budget does not see, a warning each. */
  readonly uncounted: () => readonly Notice[];
  readonly stepSoon: (guests: readonly string[]) => void;
  /** The budget follows the host: these rules are in force now. */
  readonly onRules: () => void;
}

/** The host that guests share: its rules, its own memory, what is reserved. In a guest there is none, and nothing is done. */
export class SharedHost {
  readonly desk: ReservationDesk;
  /** The rules in force; null where no host is shared. */
  rules: HostRules | null;
  private readonly tools: SharedHostTools;
  private readonly watch: HostWatch | null;
  /** How the host stood when that was last judged. */
  private judged: HostStanding | null = null;

  constructor(rules: HostRules | null, tools: SharedHostTools) {
    const { clock, journal, mind, readHost: read, yields, stepSoon, reservationStore: store } = tools;
    this.rules = rules;
    this.tools = tools;
    this.watch = read === null ? null : new HostWatch({ clock, read, onSight: (sight) => this.follow(sight) });
    this.desk = new ReservationDesk({ clock, journal, mind, rules: () => this.rules, yields, stepSoon, store });
  }

  stop(): void {
    this.desk.stop();
    this.watch?.stop();
  }

  /** Take in how the host is now, without looking again. */
  lookOnce(): void {
    const { readHost } = this.tools;
    if (readHost !== null) this.follow(sightOf(null, readHost(), 0));
  }

  /** Record the rules that are in force, and look at the host by them. */
  announceRules(): void {
    if (this.rules !== null) this.record(this.rules);
    this.watch?.look();
  }

  /** How it stands, with what its budget does not see. */
  standing(): HostStanding | null {
    const standing = this.counted();
    if (standing === null) return null;
    return { ...standing, warnings: [...standing.warnings, ...this.tools.uncounted()] };
  }

  /** Guests came or went: warn of what is wrong with the budget since, and look after what is reserved. */
  review(): void {
    const standing = this.counted();
    if (standing !== null) {
      for (const notice of newWarnings(this.judged, standing)) {
        this.tools.journal.add({ kind: "notice", guest: ALL_GUESTS, notice });
      }
      this.judged = standing;
    }
    this.desk.lookAgain();
  }

  private counted(): HostStanding | null {
    return this.rules === null ? null : this.tools.mind.standing(this.rules);
  }

  private record({ budget, take = "always" }: HostRules): void {
    const { journal, mind } = this.tools;
    journal.add({ kind: "rules", budget, take, ...mind.changeRules(take) });
  }

  /** The host's own memory was looked at: guests may have to give, and the budget may be another. */
  private follow(sight: HostSight): void {
    const { journal, mind, onRules, stepSoon } = this.tools;
    const looked = mind.look(sight);
    if (looked === null || this.rules === null) return;
    const { need, isEmergency } = looked.pressure;
    if (looked.turn !== null) journal.add({ kind: "host", sight, need, isEmergency, ...looked.turn });
    for (const notice of looked.notices) journal.add({ kind: "notice", guest: ALL_GUESTS, notice });
    const { budget: before, budgetTerms } = this.rules;
    const budget = budgetTerms === undefined ? before : mind.budgetNow(before, budgetTerms, sight);
    if (budget !== before) {
      this.rules = { ...this.rules, budget };
      onRules();
      this.record(this.rules);
    }
    stepSoon(looked.stepSoon);
  }
}
