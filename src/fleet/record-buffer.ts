import type { FleetRecord } from "./wire.ts";

/** Records on their way to the stream: kept until NATS has them, at most `capacity`; then the oldest are dropped and counted. */
export class RecordBuffer {
  /** Records that were dropped so far. */
  dropped = 0;
  private readonly capacity: number;
  private waiting: FleetRecord[] = [];
  private sending: readonly FleetRecord[] = [];

  constructor(capacity: number) {
    this.capacity = capacity;
  }

  get size(): number {
    return this.waiting.length;
  }

  add(record: FleetRecord): void {
    this.waiting.push(record);
    if (this.waiting.length <= this.capacity) return;
    this.waiting.shift();
    this.dropped += 1;
  }

  /**
   * The oldest, at most `most` of them; the same ones until they are confirmed, so that they can be sent again under the same
   * id without being kept twice.
   */
  batch(most: number): readonly FleetRecord[] {
    if (this.sending.length === 0) this.sending = this.waiting.slice(0, most);
    return this.sending;
  }

  /** The stream has the batch. */
  confirm(): void {
    const kept = new Set(this.sending);
    this.sending = [];
    this.waiting = this.waiting.filter((record) => !kept.has(record));
  }
}
