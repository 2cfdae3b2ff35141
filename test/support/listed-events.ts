import type { JournalRecord } from "../../src/core/journal-record.ts";
import type { Reason } from "../../src/core/reasons.ts";
import type { ListedEvent } from "../../src/web/model.ts";
import { stepRecord } from "./guest-records.ts";

/** A decision as the page lists it. */
export function decided(
  guest: string,
  reason: Reason,
  { seq, atMs }: Pick<JournalRecord, "seq" | "atMs">,
): ListedEvent {
  const record = stepRecord(guest);
  return { record: { ...record, seq, atMs, decision: { ...record.decision, reason } }, notDone: "" };
}
