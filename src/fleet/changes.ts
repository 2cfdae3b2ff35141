import { type GuestSummary, weightOfChange } from "./guest-summary.ts";
import { type PackedRow, pack } from "./wire.ts";

/** Bytes a second that a host of up to 100 guests spends on changes, so that all it says stays below 2 KiB a second. */
const BYTES_PER_SECOND = 1216;
const GUESTS = 100;

/** What was not spent is kept for so long: many guests may change at once. */
const BURST_MS = 4000;

/** What is to be told of the guests since the last time. */
export interface Changes {
  readonly rows: readonly PackedRow[];
  /** Guests that have disappeared. */
  readonly gone: readonly string[];
}

/**
 * What of the guests was told last, and so what is still to be told: nothing waits in a queue, however long nobody listens.
 * Where more changes than may be said, the weightiest are told first and the rest with the next.
 */
export class ChangeTeller {
  private told = new Map<string, GuestSummary>();
  private allowance = 0;
  private atMs: number;

  constructor(nowMs: number) {
    this.atMs = nowMs;
  }

  /** Changes to tell now, as far as they are notable and the allowance reaches. They count as told. */
  next(rows: readonly GuestSummary[], nowMs: number): Changes {
    this.earn(rows.length, nowMs);
    const names = new Set(rows.map(({ guest }) => guest));
    const gone = [...this.told.keys()].filter((guest) => !names.has(guest));
    for (const guest of gone) this.told.delete(guest);
    const weighty = rows
      .map((row) => ({ row, weight: weightOfChange(this.told.get(row.guest), row) }))
      .filter(({ weight }) => weight > 0)
      .sort((a, b) => (a.weight === b.weight ? 0 : b.weight - a.weight));
    const packed: PackedRow[] = [];
    for (const { row } of weighty) {
      if (this.allowance <= 0) break;
      const one = pack(row);
      this.allowance -= JSON.stringify(one).length + 1;
      packed.push(one);
      this.told.set(row.guest, row);
    }
    return { rows: packed, gone };
  }

  /** All guests were told. */
  toldAll(rows: readonly GuestSummary[]): void {
    this.told = new Map(rows.map((row) => [row.guest, row]));
  }

  private earn(guests: number, nowMs: number): void {
    const bytesPerMs = (BYTES_PER_SECOND * Math.max(1, guests / GUESTS)) / 1000;
    this.allowance = Math.min(bytesPerMs * BURST_MS, this.allowance + bytesPerMs * (nowMs - this.atMs));
    this.atMs = nowMs;
  }
}
