import { problemOf, SelfballoonError } from "../../core/errors.ts";
import type { HostStanding } from "../../core/host/standing.ts";
import type { Observation } from "../../core/observation.ts";
import type { GuestRow } from "../../view/guest-row.ts";
import { type Sorting, type SortKey, WORST_FIRST } from "../../view/guest-rows.ts";
import { pressurePercent } from "../../view/pressure.ts";
import type { AnsweredGuest } from "../daemon.ts";
import type { HandOrder } from "../hold.ts";

/** What the daemon answered at one moment. */
export interface Snapshot {
  readonly version: string;
  /** What the daemon is doing, in one sentence. */
  readonly doing: string;
  readonly guests: readonly AnsweredGuest[];
  /** How the memory of their host stands; null where none is shared. */
  readonly host: HostStanding | null;
}

/** Whether what is shown is live; `sinceMs` is when that began, `lostMs` when the daemon was last lost. */
export type Link =
  | { readonly state: "live"; readonly sinceMs: number; readonly lostMs: number | null }
  | { readonly state: "lost"; readonly sinceMs: number; readonly problem: string };

/**
 * What is looked at: the guests, also while a search is typed or an order for all of them is chosen, all of the selected
 * one, or the keys.
 */
export type Mode = "list" | "search" | "all" | "details" | "help";

/** What the daemon is to do. */
export interface Order {
  readonly what: HandOrder;
  /** With whom; empty: with all guests, and those that come. */
  readonly guests: readonly string[];
}

/** What became of the last key, in one line, until another is pressed. */
export interface Notice {
  readonly text: string;
  readonly isProblem: boolean;
}

/** Everything that the screen shows. */
export interface TopModel extends Omit<Snapshot, "guests"> {
  readonly guests: readonly GuestRow[];
  readonly link: Link;
  readonly sorting: Sorting;
  readonly mode: Mode;
  /** Words of which all are in the name or state of each guest that is listed; empty for every guest. */
  readonly filter: string;
  /** The name of the guest that keys are about; null: none. */
  readonly selected: string | null;
  /** Guests above the first one that is in view. */
  readonly scrolled: number;
  /** Lines of details or help above the first one that is in view. */
  readonly offset: number;
  /** What the daemon is to do next; null: nothing. */
  readonly order: Order | null;
  readonly notice: Notice | null;
  /** Wall clock, in ms since 1970. */
  readonly nowMs: number;
}

/** The first thing to show: those who are short before the others. */
export function firstModel(snapshot: Snapshot, nowMs: number): TopModel {
  const guests = snapshot.guests.map((guest) => ({ ...guest, psiPercent: null }));
  const link = { state: "live", sinceMs: nowMs, lostMs: null } as const;
  const untouched = {
    mode: "list",
    filter: "",
    selected: null,
    scrolled: 0,
    offset: 0,
    order: null,
    notice: null,
  } as const;
  return { ...snapshot, ...untouched, guests, link, sorting: WORST_FIRST, nowMs };
}

/** Take in an answer of the daemon. */
export function withSnapshot(model: TopModel, snapshot: Snapshot, nowMs: number): TopModel {
  const before = new Map(model.guests.map((guest) => [guest.guest, guest]));
  const guests = snapshot.guests.map((guest) => ({ ...guest, psiPercent: pressureOf(before.get(guest.guest), guest) }));
  const { link } = model;
  const live = link.state === "live" ? link : ({ state: "live", sinceMs: nowMs, lostMs: link.sinceMs } as const);
  return { ...model, ...snapshot, guests, link: live, nowMs };
}

/** The daemon did not answer: what it said last stays, and is old. */
export function withLoss(model: TopModel, thrown: unknown, nowMs: number): TopModel {
  const reason = thrown instanceof SelfballoonError ? thrown.details["problem"] : undefined;
  const problem = typeof reason === "string" ? reason : problemOf(thrown);
  const sinceMs = model.link.state === "lost" ? model.link.sinceMs : nowMs;
  return { ...model, link: { state: "lost", sinceMs, problem }, nowMs };
}

/** Sort by another column. Amounts begin with the most, words with the first. */
export function sortedBy(model: TopModel, key: SortKey): TopModel {
  return { ...model, sorting: { key, descending: key !== "guest" && key !== "reason" }, scrolled: 0 };
}

/** The pressure since the step before; what was known stays until there is another step. */
function pressureOf(before: GuestRow | undefined, after: { readonly observation: Observation | null }): number | null {
  if (before?.observation == null || after.observation === null) return null;
  if (before.observation.t === after.observation.t) return before.psiPercent;
  return pressurePercent(before.observation, after.observation);
}
