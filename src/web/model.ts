import type { GuestStatus, TunableStatus } from "../core/control.ts";
import { figuresOf } from "../core/figures.ts";
import type { HistoryPoint } from "../core/history.ts";
import type { JournalRecord, SettingsRecord, StepRecord } from "../core/journal-record.ts";
import { notDoneText } from "../core/not-done.ts";
import type { GuestRow } from "../view/guest-row.ts";
import { type PressureReading, pressurePercent } from "../view/pressure.ts";
import { EVENT_KINDS } from "./event-kinds.ts";

/** Points that are kept over all guests, so that memory is bounded however many there are. */
const MAX_POINTS = 120_000;
const MAX_POINTS_PER_GUEST = 720;
const MIN_POINTS_PER_GUEST = 60;

/** Events that are kept: as many as the daemon's journal has records. */
const MAX_EVENTS = 1024;

/** One step as it was seen live. */
export interface Point extends HistoryPoint {
  /** When it was read, and how long tasks had waited for memory by then. */
  readonly pressure: PressureReading;
}

/** A guest as the page shows it. */
export interface GuestView extends GuestRow {
  /** Oldest first. */
  readonly points: readonly Point[];
}

/** A record that the event list shows. */
export interface ListedEvent {
  readonly record: JournalRecord;
  /** Why the step was not carried out, as a sentence; empty if it was, and of all others. */
  readonly notDone: string;
}

/** What the page knows of the daemon. */
export interface Model {
  readonly guests: ReadonlyMap<string, GuestView>;
  readonly tunables: readonly TunableStatus[];
  /** Newest first. */
  readonly events: readonly ListedEvent[];
  readonly lastSeq: number;
}

export const EMPTY_MODEL: Model = { guests: new Map(), tunables: [], events: [], lastSeq: 0 };

/** Take over the guests as the daemon lists them: those that are no longer there go, the others keep their past. */
export function withGuests(model: Model, statuses: readonly GuestStatus[]): Model {
  const guests = new Map<string, GuestView>();
  for (const status of statuses) {
    const known = model.guests.get(status.guest);
    const { observation, decision } = status;
    const figures = observation === null || decision === null ? null : figuresOf(observation, decision);
    guests.set(status.guest, {
      ...status,
      figures,
      psiPercent: known?.psiPercent ?? null,
      points: known?.points ?? [],
    });
  }
  return { ...model, guests };
}

/** Take in records of the journal, in order; what was seen before is left out. */
export function withRecords(model: Model, records: readonly JournalRecord[]): Model {
  const guests = new Map(model.guests);
  const listed: ListedEvent[] = [];
  const maxPoints = pointsPerGuest(guests.size);
  let { lastSeq } = model;
  for (const record of records) {
    // A daemon that was started again counts from 1 again: then every number is new.
    lastSeq = record.seq;
    if (isListed(guests, record)) listed.push({ record, notDone: notDoneOf(guests, record) });
    applyRecord(guests, record, maxPoints);
  }
  // The same list as long as nothing is new, so that nothing is made of it again.
  const events = listed.length === 0 ? model.events : [...listed.reverse(), ...model.events].slice(0, MAX_EVENTS);
  return { ...model, guests, events, lastSeq };
}

/** How many points each of `count` guests keeps. */
export function pointsPerGuest(count: number): number {
  const share = Math.floor(MAX_POINTS / Math.max(1, count));
  return Math.min(MAX_POINTS_PER_GUEST, Math.max(MIN_POINTS_PER_GUEST, share));
}

function applyRecord(guests: Map<string, GuestView>, record: JournalRecord, maxPoints: number): void {
  switch (record.kind) {
    case "step":
      applyStep(guests, record, maxPoints);
      return;
    case "fault": {
      const view = guests.get(record.guest);
      const { code, details, problem: message } = record;
      if (view !== undefined)
        guests.set(record.guest, { ...view, state: "unreadable", problem: { code, details, message } });
      return;
    }
    case "pause": {
      const view = guests.get(record.guest);
      if (view !== undefined) guests.set(record.guest, { ...view, paused: record.paused, released: record.released });
      return;
    }
    case "settings": {
      const view = guests.get(record.guest);
      if (view !== undefined) guests.set(record.guest, { ...view, setAtRunTime: namesAfter(view, record) });
      return;
    }
    // Which guests are there the daemon's list says: one that was removed may have come back since.
    case "guest":
    case "give":
    case "notice":
    case "rise":
    case "host":
    case "reservation":
    case "rules":
    case "shrink":
    case "size":
    case "tunables":
      return;
  }
}

function namesAfter({ setAtRunTime }: GuestView, { values }: SettingsRecord): readonly string[] {
  const set = Object.keys(values).filter((name) => values[name] !== null);
  return [...setAtRunTime.filter((name) => !Object.hasOwn(values, name)), ...set];
}

function applyStep(guests: Map<string, GuestView>, record: StepRecord, maxPoints: number): void {
  const { observation, decision, wantedPages, tunables, atMs } = record;
  const { guest, reason } = decision;
  const known = guests.get(guest);
  const past = known?.points ?? [];
  const last = past.at(-1);
  // The daemon's list may be newer than a record that is replayed: then the record is past, and only that.
  const isNewest = known?.observation == null || known.observation.t <= observation.t;
  const figures = figuresOf(observation, decision);
  const pressure = { t: observation.t, psiSomeTotalUs: observation.psiSomeTotalUs };
  const psiPercent = last === undefined ? null : pressurePercent(last.pressure, pressure);
  const point: Point = { atMs, gap: false, figures, reason, pressure, psiPercent };
  const points = last !== undefined && last.atMs >= atMs ? past : [...past, point].slice(-maxPoints);
  if (known !== undefined && !isNewest) {
    guests.set(guest, { ...known, psiPercent, points });
    return;
  }
  guests.set(guest, {
    guest,
    state: "armed",
    paused: known?.paused ?? false,
    released: known?.released ?? false,
    dryRun: known?.dryRun ?? false,
    setAtRunTime: known?.setAtRunTime ?? [],
    steps: (known?.steps ?? 0) + 1,
    problem: null,
    observation,
    decision,
    wantedPages,
    tunables,
    figures,
    psiPercent,
    points,
  });
}

/** All that is told but steps that decide as the one before them did, and those of a paused guest, which do nothing. */
function isListed(guests: ReadonlyMap<string, GuestView>, record: JournalRecord): boolean {
  if (record.kind === "fault") return !record.isRepeated;
  if (record.kind !== "step") return Object.hasOwn(EVENT_KINDS, record.kind);
  if (record.isPaused) return false;
  return guests.get(record.decision.guest)?.points.at(-1)?.reason !== record.decision.reason;
}

function notDoneOf(guests: ReadonlyMap<string, GuestView>, record: JournalRecord): string {
  if (record.kind !== "step") return "";
  const { decision, observation } = record;
  return notDoneText({ decision, observation, dryRun: guests.get(decision.guest)?.dryRun ?? false });
}
