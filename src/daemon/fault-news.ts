import { putNewest } from "../core/bounded-map.ts";
import type { FaultRecord } from "../core/journal-record.ts";
import { problemKey } from "./fault-log.ts";

/** A problem that comes and goes is told of a guest once in this time. */
const REPEAT_MS = 60_000;

/** Different problems of one guest that are told in that time. */
const MAX_TOLD = 8;

/** Guests of which it is remembered what was told; beyond them, whoever was told of longest ago is forgotten. */
const MAX_GUESTS = 4096;

interface Told {
  /** When each problem was told last. */
  readonly toldMs: ReadonlyMap<string, number>;
  /** Faults that were left out since the last one that was told. */
  readonly leftOut: number;
}

/**
 * Which faults are worth a line to whoever watches. A guest that is well for a moment between two, as one is that floods us
 * and is connected to again each second, is told of at first, and then once a minute.
 */
export class FaultNews {
  private readonly told = new Map<string, Told>();

  /** Whether to tell of this fault. @returns how many of its guest were left out before it; null: leave it out. */
  take({ guest, code, details, problem, isRepeated, atMs }: FaultRecord): number | null {
    if (isRepeated) return null;
    const { toldMs, leftOut } = this.told.get(guest) ?? { toldMs: new Map<string, number>(), leftOut: 0 };
    const recent = new Map([...toldMs].filter(([, at]) => atMs - at < REPEAT_MS));
    const key = problemKey({ code, details, message: problem });
    const isNews = !recent.has(key) && recent.size < MAX_TOLD;
    const now = isNews ? { toldMs: recent.set(key, atMs), leftOut: 0 } : { toldMs: recent, leftOut: leftOut + 1 };
    putNewest(this.told, guest, now, MAX_GUESTS);
    return isNews ? leftOut : null;
  }
}
