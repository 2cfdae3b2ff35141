import { isAtLeast, SEVERITY_NAMES, type Severity, severityOf } from "../core/severity.ts";
import { guestOfRecord, recordText } from "../view/record-text.ts";
import type { EventKind } from "./event-kinds.ts";
import type { ListedEvent } from "./model.ts";

/** Decisions of a guest are one line only where each came this soon after the one before. */
const FLAP_MS = 5 * 60_000;

/** So many decisions are there and back twice: fewer are told one by one. */
const MIN_FLAPS = 4;

/** What is told in one line: an event, or decisions of one guest that went to and fro. */
export interface EventLine {
  /** Newest first; never empty. */
  readonly events: readonly [ListedEvent, ...ListedEvent[]];
  /** The gravest of them. */
  readonly severity: Severity;
}

/** Which lines are asked for; null: whatever it is. */
export interface EventChoice {
  readonly guest: string | null;
  /** This or a graver one. */
  readonly severity: Severity | null;
  readonly kind: EventKind | null;
}

export const ALL_EVENTS: EventChoice = { guest: null, severity: null, kind: null };

/** The lines of `events`, which are newest first; each event is in one line, which stands where its newest one does. */
export function eventLines(events: readonly ListedEvent[]): readonly EventLine[] {
  const runs = runsOf(events);
  return events.flatMap((event) => {
    const run = runs.get(event) ?? [event];
    if (run.length < MIN_FLAPS) return [lineOf([event])];
    return run[0] === event ? [lineOf([event, ...run.slice(1)])] : [];
  });
}

/** Each event's run: decisions of its guest that follow each other and take turns between two reasons, newest first. */
function runsOf(events: readonly ListedEvent[]): ReadonlyMap<ListedEvent, readonly ListedEvent[]> {
  const runs = new Map<ListedEvent, ListedEvent[]>();
  const latest = new Map<string | null, ListedEvent[]>();
  for (const event of events) {
    const guest = guestOfRecord(event.record);
    const before = latest.get(guest);
    const run = before !== undefined && goesOn(before, event) ? before : [];
    run.push(event);
    runs.set(event, run);
    latest.set(guest, run);
  }
  return runs;
}

function goesOn(run: readonly ListedEvent[], { record }: ListedEvent): boolean {
  const [next, afterNext] = [run.at(-1)?.record, run.at(-2)?.record];
  if (record.kind !== "step" || next?.kind !== "step") return false;
  const { reason } = record.decision;
  const isBack = afterNext === undefined || (afterNext.kind === "step" && afterNext.decision.reason === reason);
  return isBack && next.decision.reason !== reason && Math.abs(next.atMs - record.atMs) <= FLAP_MS;
}

function lineOf(events: EventLine["events"]): EventLine {
  const ranks = events.map(({ record }) => SEVERITY_NAMES.indexOf(severityOf(record)));
  return { events, severity: SEVERITY_NAMES[Math.max(...ranks)] ?? "info" };
}

/** Whether a line is among those that are asked for. */
export function isChosen({ events: [{ record }], severity }: EventLine, choice: EventChoice): boolean {
  return (
    (choice.guest === null || guestOfRecord(record) === choice.guest) &&
    (choice.severity === null || isAtLeast(severity, choice.severity)) &&
    (choice.kind === null || record.kind === choice.kind)
  );
}

/** The events of `lines` as JSON lines, oldest first: each record as the API sends it, with its severity and its sentence. */
export function jsonLines(lines: readonly EventLine[]): string {
  return lines
    .flatMap(({ events }) => events)
    .sort((one, other) => one.record.atMs - other.record.atMs || one.record.seq - other.record.seq)
    .map(({ record, notDone }) => ({ ...record, severity: severityOf(record), text: sentenceOf({ record, notDone }) }))
    .map((line) => `${JSON.stringify(line)}\n`)
    .join("");
}

/** What an event says. */
export function sentenceOf({ record, notDone }: ListedEvent): string {
  return `${recordText(record)} ${notDone}`.trimEnd();
}
