import type { JournalRecord } from "../core/journal-record.ts";
import type { NoticeCode } from "../core/notices.ts";
import { isAtLeast, type RecordKind, type Severity, severityOf, toldRecord } from "../core/severity.ts";
import { shownText } from "../core/shown-text.ts";
import { guestOfRecord, recordText } from "../view/record-text.ts";

/** Which records are handed out. */
export interface Choice {
  /** The least severity. */
  readonly severity: Severity;
  /** Null: of every kind. */
  readonly kinds: readonly RecordKind[] | null;
}

/** A record as it is handed out: to a command on its standard input, to a webhook as the body. */
export interface Message {
  readonly record: JournalRecord;
  readonly severity: Severity;
  /** The guest as people are shown it; empty where the record is of none alone. */
  readonly guest: string;
  /** What the record says, as a sentence. */
  readonly text: string;
  /** One JSON object: all of the record's fields, and what is told beside them. */
  readonly json: string;
}

/** What is about handing out is never handed out itself: where that fails it would have no end. */
const OWN_NOTICES: readonly NoticeCode[] = ["notify_back", "notify_dropped"];

/** Whether a record is handed out; of steps and faults the caller has those alone that are news. */
export function isChosen(record: JournalRecord, { severity, kinds }: Choice): boolean {
  if (record.kind === "fault" && record.code === "ERR_NOTIFY") return false;
  if (record.kind === "notice" && OWN_NOTICES.includes(record.notice.code)) return false;
  return isAtLeast(severityOf(record), severity) && (kinds === null || kinds.includes(record.kind));
}

/** @param dropped how many records before this one found no place to wait in, and were left out. */
export function messageOf(record: JournalRecord, host: string, dropped: number): Message {
  const severity = severityOf(record);
  const text = recordText(record);
  const json = JSON.stringify({ ...toldRecord(record), text, host, dropped });
  return { record, severity, guest: shownText(guestOfRecord(record) ?? ""), text, json };
}
