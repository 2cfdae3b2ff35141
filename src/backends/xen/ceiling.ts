import type { Notice } from "../../core/notices.ts";
import type { XenBalloonReading } from "./balloon.ts";

/** Writes in a row before which nothing had moved, after which an unreached target is taken for a ceiling. */
const STALLED_WRITES = 3;

/** A learned ceiling is tried again after so many readings: the host may only have been short of memory. */
const LEARNED_READINGS = 12;

const KIB_PER_MIB = 1024;

/**
 * What is known of how far the guest may rise. Xen lets it rise to the toolstack's last target plus 1 MiB, and sysfs
 * does not show that bound: it is learned from the toolstack's own writes, and from targets that are not reached.
 */
export interface Ceiling {
  /** The target that we know of: ours, or the toolstack's when it was last seen. */
  readonly knownTargetKib: number;
  /** The toolstack's last target, if it wrote one while we watched. Never passed. */
  readonly toolstackKib: number | null;
  /** Where the balloon stopped short of a target, null if it does not. */
  readonly learnedKib: number | null;
  readonly learnedReadingsLeft: number;
  /**
   * What the guest had when we last wrote, or when the watch began; null once the toolstack has written. Progress is
   * judged from write to write, a step apart: two readings of one step see the same current_kb in a moving balloon too.
   */
  readonly currentAtWriteKib: number | null;
  readonly stalledWrites: number;
}

export function initialCeiling(reading: XenBalloonReading): Ceiling {
  return {
    knownTargetKib: reading.targetKib,
    toolstackKib: null,
    learnedKib: null,
    learnedReadingsLeft: 0,
    currentAtWriteKib: reading.currentKib,
    stalledWrites: 0,
  };
}

/** The most that may be asked for now, in KiB, of a guest that was built for `maximumKib`. */
export function ceilingKib(ceiling: Ceiling, maximumKib: number): number {
  const bounds = [ceiling.toolstackKib, ceiling.learnedKib].filter((bound) => bound !== null);
  return Math.min(maximumKib, ...bounds);
}

/** What a look at the balloon changed. */
export interface CeilingSeen {
  readonly ceiling: Ceiling;
  readonly notices: readonly Notice[];
}

/** Nothing has moved since we last wrote, though a target is not reached. */
export function standsStill(ceiling: Ceiling, reading: XenBalloonReading): boolean {
  return reading.currentKib !== reading.targetKib && reading.currentKib === ceiling.currentAtWriteKib;
}

/** We wrote `targetKib` over what `reading` says: a later other value is somebody else's. */
export function noteWrite(ceiling: Ceiling, reading: XenBalloonReading, targetKib: number): CeilingSeen {
  const { currentKib } = reading;
  const short = currentKib < Math.min(reading.targetKib, targetKib);
  const stalledWrites = short && standsStill(ceiling, reading) ? ceiling.stalledWrites + 1 : 0;
  const next = { ...ceiling, knownTargetKib: targetKib, currentAtWriteKib: currentKib, stalledWrites };
  if (stalledWrites < STALLED_WRITES) return { ceiling: next, notices: [] };
  return {
    ceiling: { ...next, learnedKib: currentKib, learnedReadingsLeft: LEARNED_READINGS, stalledWrites: 0 },
    notices: [{ code: "ceiling_learned", details: { ceilingMib: mib(currentKib), wantedMib: mib(targetKib) } }],
  };
}

/** Take in a reading: was the target moved by somebody else? */
export function observeCeiling(ceiling: Ceiling, reading: XenBalloonReading): CeilingSeen {
  if (reading.targetKib !== ceiling.knownTargetKib) return followToolstack(ceiling, reading);
  return { ceiling: ageLearned(ceiling), notices: [] };
}

function followToolstack(ceiling: Ceiling, reading: XenBalloonReading): CeilingSeen {
  const details = { ownMib: mib(ceiling.knownTargetKib), newMib: mib(reading.targetKib) };
  return {
    ceiling: { ...initialCeiling(reading), toolstackKib: reading.targetKib, currentAtWriteKib: null },
    notices: [{ code: "target_moved", details }],
  };
}

function ageLearned(ceiling: Ceiling): Ceiling {
  if (ceiling.learnedKib === null) return ceiling;
  const learnedReadingsLeft = ceiling.learnedReadingsLeft - 1;
  return { ...ceiling, learnedReadingsLeft, learnedKib: learnedReadingsLeft > 0 ? ceiling.learnedKib : null };
}

function mib(kib: number): number {
  return Math.floor(kib / KIB_PER_MIB);
}
