import { putNewest } from "../core/bounded-map.ts";
import type { JournalRecord, StepRecord } from "../core/journal-record.ts";
import { changedTunables, DEFAULT_TUNABLES, findTunable, type Tunables } from "../core/tunables.ts";
import { formatReset, formatSet, formatStep } from "./recording-writer.ts";

/** Guests that are remembered; of those that were not heard of for the longest, beyond this, the next line tells a gap. */
const MAX_GUESTS = 8192;

/** A guest that took no step for so many of its intervals, and this much more, has a gap in its recording. */
const SILENT_INTERVALS = 3;
const SILENT_MS = 5000;

/** A target or size that moved by less than this share is no news. */
const NEWS_SHARE = 1 / 32;

/** What is known of a guest's lines. */
interface Known {
  readonly lastMs: number;
  readonly written: StepRecord;
  /** Targets that were handed to the balloon since what was written. */
  readonly moves: number;
}

/**
 * The lines that the history keeps of a daemon's journal: its steps, and before a step the tunables that it was decided by,
 * so that they can be reported and the law replayed. What replays exactly is longer: `ExactLines`.
 */
export class HistoryLines {
  private written: Tunables = DEFAULT_TUNABLES;
  private readonly guests = new Map<string, Known>();

  /** Guests that were heard of. */
  get guestCount(): number {
    return this.guests.size;
  }

  /**
   * The lines of one record, in order; the step's is the last. With `minSpacingMs` a step that is no news is left out
   * while the guest's line before it is younger than that.
   */
  of(record: JournalRecord, minSpacingMs = 0): readonly string[] {
    // A write counts even if it changes no value: writing frontswap_inertia starts its count again.
    if (record.kind === "tunables") return this.set(record.values);
    return record.kind === "step" ? this.stepLines(record, minSpacingMs) : [];
  }

  /** The lines that a recording which begins here must have first. */
  restart(): readonly string[] {
    return settingLines(changedTunables(DEFAULT_TUNABLES, this.written));
  }

  private stepLines(record: StepRecord, minSpacingMs: number): readonly string[] {
    const { observation, decision, tunables, atMs } = record;
    const { guest } = decision;
    const known = this.guests.get(guest);
    const gap = known === undefined || atMs - known.lastMs > silenceMs(known.written.tunables, tunables);
    const isKept = gap || atMs - known.written.atMs >= minSpacingMs || isNews(known.written, record);
    const moves = (known?.moves ?? 0) + Number(record.applied);
    putNewest(
      this.guests,
      guest,
      isKept ? { lastMs: atMs, written: record, moves: 0 } : { ...known, lastMs: atMs, moves },
      MAX_GUESTS,
    );
    if (!isKept) return [];
    // Guests may have tunables of their own, and a recording's are for all.
    return [
      ...this.set(changedTunables(this.written, tunables)),
      formatStep(observation, { atMs, gap, decision, moves }),
    ];
  }

  private set(values: Partial<Tunables>): readonly string[] {
    this.written = { ...this.written, ...values };
    return settingLines(values);
  }
}

function silenceMs(before: Tunables, after: Tunables): number {
  const intervalS = Math.max(before.selfballoon_interval, after.selfballoon_interval);
  return SILENT_INTERVALS * intervalS * 1000 + SILENT_MS;
}

/** Whether a step tells something that the one before did not. */
function isNews(before: StepRecord, after: StepRecord): boolean {
  return (
    before.decision.reason !== after.decision.reason ||
    before.observation.oomKills !== after.observation.oomKills ||
    hasMoved(before.decision.targetPages, after.decision.targetPages) ||
    hasMoved(before.observation.totalramPages, after.observation.totalramPages)
  );
}

function hasMoved(before: number | null, after: number | null): boolean {
  if (before === null || after === null) return before !== after;
  return Math.abs(after - before) > before * NEWS_SHARE;
}

/** Lines that give a replay these values: a 0 that no write may set is the default, and so comes by a reset. */
function settingLines(values: Partial<Tunables>): readonly string[] {
  const entries = Object.entries(values);
  const reset = entries.filter(([name, value]) => value < (findTunable(name)?.min ?? 0)).map(([name]) => name);
  const set = entries.filter(([name]) => !reset.includes(name)).map(([name, value]) => [name, String(value)]);
  return [
    ...(set.length > 0 ? [formatSet(Object.fromEntries(set))] : []),
    ...(reset.length > 0 ? [formatReset(reset)] : []),
  ];
}
