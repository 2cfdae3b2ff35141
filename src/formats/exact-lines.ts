import type { JournalRecord, StepRecord } from "../core/journal-record.ts";
import type { Snapshot } from "../core/snapshot.ts";
import { changedTunables } from "../core/tunables.ts";
import { EXACT_VERSION, FIRST_ENV, type RecordedEnv } from "./exact.ts";
import { formatExactStep } from "./recording-writer.ts";

/** Records that wait for one before them are kept up to so many; then what is missing is given up. */
const MAX_WAITING = 16_384;

/** One line, without its newline. */
export interface RecordLine {
  readonly text: string;
  readonly isObservation: boolean;
}

/**
 * The lines of a recording that replays exactly: what is remembered when it begins, then everything that changed it, in the
 * order in which that happened. Records come as things are done, so those that were decided earlier are waited for.
 */
export class ExactLines {
  private readonly envs = new Map<string, RecordedEnv>();
  private readonly waiting = new Map<number, JournalRecord>();
  private readonly firstTurn: number;
  private nextTurn: number;

  constructor(snapshot: Pick<Snapshot, "turn">) {
    this.firstTurn = snapshot.turn + 1;
    this.nextTurn = this.firstTurn;
  }

  /** The lines that can be written now that `record` is there. */
  of(record: JournalRecord): readonly RecordLine[] {
    const turn = "turn" in record ? record.turn : null;
    if (turn === null) return [eventLine(record)];
    if (turn < this.firstTurn) return this.lateOutcome(record);
    this.waiting.set(turn, record);
    if (this.waiting.size > MAX_WAITING) this.nextTurn = Math.min(...this.waiting.keys());
    return this.ready();
  }

  /** All that still waits, at the end. */
  rest(): readonly RecordLine[] {
    const left = [...this.waiting.entries()].sort(([a], [b]) => a - b).map(([, record]) => record);
    this.waiting.clear();
    return left.map((record) => this.line(record));
  }

  private ready(): readonly RecordLine[] {
    const lines: RecordLine[] = [];
    for (let record = this.waiting.get(this.nextTurn); record !== undefined; record = this.waiting.get(this.nextTurn)) {
      this.waiting.delete(this.nextTurn);
      this.nextTurn += 1;
      lines.push(this.line(record));
    }
    return lines;
  }

  /** What was decided before the recording began may have been done after that. */
  private lateOutcome(record: JournalRecord): readonly RecordLine[] {
    if (record.kind !== "step" || !record.applied) return [];
    const { guest, balloonTargetPages } = record.decision;
    const { pageBytes } = record.observation;
    return [
      {
        text: JSON.stringify({ event: { kind: "applied", guest, balloonTargetPages, pageBytes } }),
        isObservation: false,
      },
    ];
  }

  private line(record: JournalRecord): RecordLine {
    // One that comes again is a guest of which nothing was said.
    if (record.kind === "guest") this.envs.delete(record.guest);
    return record.kind === "step" ? this.stepLine(record) : eventLine(record);
  }

  private stepLine(record: StepRecord): RecordLine {
    const { guest } = record.decision;
    const before = this.envs.get(guest) ?? FIRST_ENV;
    const { tunables, terms, isPaused } = record;
    this.envs.set(guest, { tunables, terms, isPaused });
    return { text: formatExactStep(record, envChange(before, record)), isObservation: true };
  }
}

/** The first lines of a recording that begins with `snapshot`, made by this `version`. */
export function firstLines(snapshot: Snapshot, version: string): readonly string[] {
  const { guests, host, turn, policy, isDryRun, hasCompressedSwap } = snapshot;
  const accounts = new Map(host?.accounts.map((account) => [account.guest, account]));
  const entitled = new Map(host?.entitled?.bytes);
  const shared =
    host === null
      ? null
      : { ...host, accounts: undefined, entitled: undefined, entitledAtMs: host.entitled?.atMs ?? null };
  const known = new Set([...guests.map(({ guest }) => guest), ...accounts.keys()]);
  const states = new Map(guests.map(({ guest, state }) => [guest, state]));
  return [
    JSON.stringify({
      recording: EXACT_VERSION,
      selfballoon: version,
      policy,
      turn,
      isDryRun,
      hasCompressedSwap,
      host: shared,
    }),
    ...[...known].map((guest) => {
      const [state, account, entitledBytes] = [states.get(guest), accounts.get(guest), entitled.get(guest)];
      return JSON.stringify({ remembered: { guest, state: state ?? null, account: account ?? null, entitledBytes } });
    }),
  ];
}

function eventLine(record: JournalRecord): RecordLine {
  return { text: JSON.stringify({ event: { ...record, seq: undefined } }), isObservation: false };
}

/** What of a guest's environment is other than at its line before; null if nothing is. */
function envChange(before: RecordedEnv, after: RecordedEnv): object | null {
  const tunables = changedTunables(before.tunables, after.tunables);
  const change = {
    ...(Object.keys(tunables).length > 0 ? { tunables } : {}),
    ...(JSON.stringify(before.terms) === JSON.stringify(after.terms) ? {} : { terms: after.terms }),
    ...(before.isPaused === after.isPaused ? {} : { isPaused: after.isPaused }),
  };
  return Object.keys(change).length === 0 ? null : change;
}
