import { problemOf } from "../core/errors.ts";
import type { JournalRecord } from "../core/journal-record.ts";
import type { Clock } from "../time/clock.ts";
import { endsWithin, withDeadline } from "../time/deadline.ts";
import { type Message, messageOf } from "./message.ts";

/** Records that wait for their turn; what comes beyond them is left out and counted. */
const MAX_WAITING = 128;

/** One is handed out at a time, and the next begins no earlier than so long after it. */
const MIN_GAP_MS = 1000;

/** Whoever is handed a record has so long for it. */
const DEADLINE_MS = 10_000;

/** The end of the daemon waits so long for what is just handed out. */
const CLOSE_MS = 1000;

/** Hands one message out. @throws if it was not taken. */
export type Send = (message: Message, cancellation: AbortSignal) => Promise<void>;

export interface OutboxOptions {
  /** Who is handed the records, for error texts. */
  readonly what: string;
  readonly send: Send;
  readonly clock: Clock;
  /** What this machine is called. */
  readonly host: string;
  /** One was not taken, after one that was. */
  readonly onFailed: (problem: string) => void;
  /** One was taken, after so many that were not. */
  readonly onBack: (failed: number) => void;
  /** So many were left out before the one that is handed out now. */
  readonly onDropped: (dropped: number) => void;
}

/** Records on their way out. Whatever becomes of them, whoever adds one neither waits nor hears of it. */
export class Outbox {
  private readonly options: OutboxOptions;
  private readonly waiting: JournalRecord[] = [];
  private readonly closing = new AbortController();
  private current: Promise<void> | null = null;
  private dropped = 0;
  private failed = 0;

  constructor(options: OutboxOptions) {
    this.options = options;
  }

  add(record: JournalRecord): void {
    if (this.closing.signal.aborted) return;
    if (this.waiting.length >= MAX_WAITING) this.dropped += 1;
    else this.waiting.push(record);
    this.next();
  }

  /** Hand out nothing more. What is just handed out gets a moment, and is ended then. */
  async close(): Promise<void> {
    this.waiting.length = 0;
    if (this.current !== null) await endsWithin(this.options.clock, CLOSE_MS, this.current);
    this.closing.abort();
  }

  private next(): void {
    if (this.current !== null) return;
    const record = this.waiting.shift();
    if (record === undefined) return;
    const { clock } = this.options;
    const startMs = clock.nowMs();
    const done = (): void => {
      this.current = null;
      this.next();
    };
    this.current = this.handOut(record).finally(() => {
      clock.after(Math.max(0, MIN_GAP_MS - (clock.nowMs() - startMs)), done);
    });
  }

  private async handOut(record: JournalRecord): Promise<void> {
    const { clock, what, send, host, onDropped, onFailed, onBack } = this.options;
    const { dropped } = this;
    this.dropped = 0;
    if (dropped > 0) onDropped(dropped);
    try {
      const message = messageOf(record, host, dropped);
      await withDeadline(clock, DEADLINE_MS, what, (late) =>
        send(message, AbortSignal.any([late, this.closing.signal])),
      );
    } catch (thrown) {
      this.failed += 1;
      if (this.failed === 1) onFailed(problemOf(thrown));
      return;
    }
    if (this.failed > 0) onBack(this.failed);
    this.failed = 0;
  }
}
