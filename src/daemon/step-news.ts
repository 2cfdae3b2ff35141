import { putNewest } from "../core/bounded-map.ts";
import type { StepRecord } from "../core/journal-record.ts";
import { missingReadings } from "../core/observation.ts";

/** A reason that comes and goes is told of a guest once in this time; an emergency each time it begins. */
const REPEAT_MS = 60_000;

/** A target is news once it is away by this share of the guest's whole memory from the one that was told. */
const MOVE_SHARE = 0.1;

/** Guests of which it is remembered what was told; beyond them, whoever was told of longest ago is forgotten. */
const MAX_GUESTS = 4096;

interface Told {
  readonly reason: string;
  readonly targetPages: number | null;
  /** When each reason was told last. */
  readonly toldMs: ReadonlyMap<string, number>;
}

/** Which steps are worth a line to whoever watches: a new reason, and a target that has moved by a tenth of the guest. */
export class StepNews {
  private readonly told = new Map<string, Told>();

  /** Whether to tell of this step; what is told is remembered. */
  take(record: StepRecord): boolean {
    const { guest, targetPages } = record.decision;
    const before = this.told.get(guest);
    const reason = toldReason(record);
    const isNews =
      before === undefined || isNewReason(before, reason, record.atMs) || hasMoved(record, before.targetPages);
    if (!isNews) {
      putNewest(this.told, guest, { ...before, reason }, MAX_GUESTS);
      return false;
    }
    const toldMs = new Map([...(before?.toldMs ?? []), [reason, record.atMs] as const]);
    putNewest(this.told, guest, { reason, targetPages, toldMs }, MAX_GUESTS);
    return true;
  }
}

function isNewReason({ reason: last, toldMs }: Told, reason: string, atMs: number): boolean {
  if (reason === last) return false;
  const lastMs = toldMs.get(reason);
  return reason === "emergency" || lastMs === undefined || atMs - lastMs >= REPEAT_MS;
}

/** Which reading is missing is told again where it is another one. */
function toldReason({ decision, observation, isPaused }: StepRecord): string {
  if (isPaused) return "paused";
  return decision.reason === "missing" ? `missing ${missingReadings(observation).join()}` : decision.reason;
}

function hasMoved({ decision, observation, isPaused }: StepRecord, fromPages: number | null): boolean {
  const { targetPages } = decision;
  if (isPaused) return false;
  if (targetPages === null || fromPages === null) return targetPages !== fromPages;
  const wholePages = observation.balloonMaxPages ?? observation.totalramPages ?? 0;
  return Math.abs(targetPages - fromPages) >= MOVE_SHARE * wholePages;
}
