import type { Entry, JournalRecord } from "../core/journal-record.ts";

/** The last records of the daemon, oldest first, at most `capacity` of them; and whoever wants to hear of new ones. */
export class Journal {
  private readonly capacity: number;
  private readonly wallMs: () => number;
  private readonly records: JournalRecord[] = [];
  private readonly listeners = new Set<(record: JournalRecord) => void>();
  /** The number of the newest record; 0 before the first. */
  lastSeq = 0;

  constructor(capacity: number, wallMs: () => number) {
    this.capacity = capacity;
    this.wallMs = wallMs;
  }

  add(entry: Entry): JournalRecord {
    this.lastSeq += 1;
    const record: JournalRecord = { ...entry, seq: this.lastSeq, atMs: this.wallMs() };
    this.records.push(record);
    if (this.records.length > this.capacity) this.records.shift();
    for (const listener of this.listeners) listener(record);
    return record;
  }

  after(seq: number): readonly JournalRecord[] {
    return this.records.filter((record) => record.seq > seq);
  }

  subscribe(listener: (record: JournalRecord) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }
}
