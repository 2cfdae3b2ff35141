import { problemOf, SelfballoonError } from "../../core/errors.ts";
import type { HostStanding } from "../../core/host/standing.ts";
import type { Observation } from "../../core/observation.ts";
import type { GuestRow } from "../../view/guest-row.ts";
import { type Sorting, type SortKey, selectRows, WORST_FIRST } from "../../view/guest-rows.ts";
import { pressurePercent } from "../../view/pressure.ts";
import type { AnsweredGuest } from "../daemon.ts";

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

/** Everything that the screen shows. */
export interface TopModel extends Omit<Snapshot, "guests"> {
  readonly guests: readonly GuestRow[];
  readonly link: Link;
  readonly sorting: Sorting;
  /** Rows above the first one that is in view. */
  readonly scrolled: number;
  /** Wall clock, in ms since 1970. */
  readonly nowMs: number;
}

/** The first thing to show: those who are short before the others. */
export function firstModel(snapshot: Snapshot, nowMs: number): TopModel {
  const guests = snapshot.guests.map((guest) => ({ ...guest, psiPercent: null }));
  const link = { state: "live", sinceMs: nowMs, lostMs: null } as const;
  return { ...snapshot, guests, link, sorting: WORST_FIRST, scrolled: 0, nowMs };
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

/** The guests in the order in which they are shown. */
export function sortedGuests({ guests, sorting }: TopModel): readonly GuestRow[] {
  return selectRows(guests, "", sorting);
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
