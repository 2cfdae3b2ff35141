import { ERRORS } from "./errors.ts";
import type { JournalRecord } from "./journal-record.ts";
import type { NoticeCode } from "./notices.ts";
import type { Reason } from "./reasons.ts";

/** How much attention a record asks for, the least first, and what that means for people. */
export const SEVERITIES = {
  info: "How things go.",
  notice: "A change worth knowing: of a guest, by an operator, or back to normal.",
  warning: "Something does not go as it should, and was answered: a guest runs short, can't be read or gets less.",
  error: "Something has failed that an operator must look at.",
} as const satisfies Record<string, string>;
export type Severity = keyof typeof SEVERITIES;

/** All severities, the least first. */
export const SEVERITY_NAMES = Object.keys(SEVERITIES) as readonly Severity[];

export type RecordKind = JournalRecord["kind"];
type RecordOf<K extends RecordKind> = Extract<JournalRecord, { kind: K }>;

/** The severity of each kind of record, or what it depends on. */
const BY_KIND: { readonly [K in RecordKind]: Severity | ((record: RecordOf<K>) => Severity) } = {
  step: ({ decision, isPaused }) => (isPaused ? "info" : (BY_REASON[decision.reason] ?? "info")),
  fault: ({ code }) => (ERRORS[code].owner === "bug" ? "error" : "warning"),
  notice: ({ notice }) => BY_NOTICE[notice.code],
  give: ({ isDone }) => (isDone ? "notice" : "warning"),
  guest: "notice",
  pause: "notice",
  settings: "notice",
  tunables: "notice",
  reservation: "notice",
  shrink: "info",
  size: "info",
  rise: "info",
  rules: "info",
  host: "info",
};

/** All kinds of records. */
export const RECORD_KINDS = Object.keys(BY_KIND) as readonly RecordKind[];

/** Decisions that ask for more attention than others. */
const BY_REASON: Partial<Record<Reason, Severity>> = {
  host_full: "notice",
  at_share: "notice",
  emergency: "warning",
  stuck: "warning",
  implausible: "warning",
  contradictory: "warning",
  missing: "warning",
  doubted: "warning",
};

const BY_NOTICE: Readonly<Record<NoticeCode, Severity>> = {
  target_moved: "warning",
  ceiling_learned: "warning",
  ceiling_lifted: "notice",
  failed_open: "warning",
  failed_open_in_part: "warning",
  restarts: "notice",
  no_effect: "warning",
  overclaims: "warning",
  host_needs: "warning",
  host_emergency: "error",
  host_has_enough: "notice",
  quiet_begins: "notice",
  quiet_ends: "notice",
  retries_given_up: "warning",
  agent_lost: "warning",
  agent_nonsense: "warning",
  agent_back: "notice",
  weaker_source: "warning",
  watch_slowed: "warning",
  guests_left_out: "error",
  size_unknown: "error",
  fleet_back: "notice",
  notify_back: "notice",
  notify_dropped: "warning",
  fleet_settings: "notice",
  toolstack_back: "notice",
  budget_exceeded: "error",
  reservation_taken: "notice",
  overcommitted: "warning",
  statistics_frozen: "warning",
};

export function severityOf(record: JournalRecord): Severity {
  // The row of a record's kind takes records of that kind, which no type can say of a row that is looked up.
  const row = BY_KIND[record.kind] as Severity | ((of: JournalRecord) => Severity);
  return typeof row === "string" ? row : row(record);
}

/** A record as it is told to whoever asks for events. */
export type ToldRecord = JournalRecord extends infer One ? One & { readonly severity: Severity } : never;

export function toldRecord(record: JournalRecord): ToldRecord {
  return { ...record, severity: severityOf(record) };
}

/** Whether one is as grave as another, or graver. */
export function isAtLeast(severity: Severity, least: Severity): boolean {
  return SEVERITY_NAMES.indexOf(severity) >= SEVERITY_NAMES.indexOf(least);
}
