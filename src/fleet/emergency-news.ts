import { putNewest } from "../core/bounded-map.ts";
import type { JournalRecord } from "../core/journal-record.ts";

/** A guest that runs short is told of once in this time: on a full host it steps many times a second until others have given. */
const REPEAT_MS = 60_000;

/** Guests of which it is remembered; beyond them, whoever was told of longest ago is forgotten. */
const MAX_GUESTS = 4096;

/** Which steps are worth an event of the fleet: those of a guest that runs short, once a minute. */
export class EmergencyNews {
  private readonly toldMs = new Map<string, number>();

  /** Whether to tell of this record; what is told is remembered. Records that are no steps always are. */
  take(record: JournalRecord): boolean {
    if (record.kind !== "step") return true;
    if (record.cause !== "shortage" || !record.applied) return false;
    const { guest } = record.decision;
    const lastMs = this.toldMs.get(guest);
    if (lastMs !== undefined && record.atMs - lastMs < REPEAT_MS) return false;
    putNewest(this.toldMs, guest, record.atMs, MAX_GUESTS);
    return true;
  }
}
