import type { JournalRecord } from "../core/journal-record.ts";

/** The kinds of records that the list of events shows, in words; the others are what only a replay needs. */
export const EVENT_KINDS = {
  step: "decisions",
  fault: "faults",
  notice: "observations",
  give: "memory given",
  guest: "guests come and gone",
  pause: "pauses and releases",
  settings: "settings of guests",
  tunables: "tunables",
  reservation: "reservations",
  shrink: "compressed swap",
} as const satisfies Partial<Record<JournalRecord["kind"], string>>;

export type EventKind = keyof typeof EVENT_KINDS;

export const EVENT_KIND_NAMES = Object.keys(EVENT_KINDS) as readonly EventKind[];

const NAMES: ReadonlySet<string> = new Set(EVENT_KIND_NAMES);

/** Whether the list of events shows records of that kind. */
export function isShownKind(kind: string): boolean {
  return NAMES.has(kind);
}
