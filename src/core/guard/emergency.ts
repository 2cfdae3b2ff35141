import { pagesFromMib } from "../units.ts";
import { isMissed } from "./changes.ts";
import { type GrowingWait, NO_WAIT, waitLonger } from "./growing-wait.ts";
import type { GuardInput } from "./input.ts";

/** An emergency: the guest is to have everything at once, until it is calm. */
export interface Emergency {
  readonly isOn: boolean;
  /** When the last one began; null if there was none. */
  readonly beganMs: number | null;
  /** Since when it has been calm while it is on; null if it is not. */
  readonly calmSinceMs: number | null;
  /** Until when the target falls only in small steps, after it has ended. */
  readonly gentleUntilMs: number;
  /** How long the target must not fall, because it came back. */
  readonly recurrence: GrowingWait;
}

export const NO_EMERGENCY: Emergency = {
  isOn: false,
  beganMs: null,
  calmSinceMs: null,
  gentleUntilMs: 0,
  recurrence: NO_WAIT,
};

/** All tasks waiting for memory for this share of the time is an emergency; below the second share it is calm. */
const FULL_SHARE = 0.1;
const CALM_FULL_SHARE = 0.01;

/** An emergency ends when it has been calm for this long. */
const CALM_MS = 30_000;

/** After it the target falls in small steps for this long. */
const GENTLE_MS = 600_000;

/** One that follows another within this time is a recurrence: then 10 minutes without a fall, 20, 40, at most 60. */
const RECURRENCE_MS = 3_600_000;
const WAITS = { firstMs: 600_000, maxMs: 3_600_000 };

/** A guest whose whole memory is small has a lower line: this share of it. */
const LINE_SHARE = 1 / 8;

/** What must be available, in pages; less is an emergency. */
export function emergencyLinePages(maximumPages: number, emergencyMb: number, pageBytes: number): number {
  return Math.min(pagesFromMib(emergencyMb, pageBytes), maximumPages * LINE_SHARE);
}

/** Begin, continue or end an emergency. */
export function followEmergency(emergency: Emergency, input: GuardInput): Emergency {
  if (input.without.has("emergency")) return NO_EMERGENCY;
  const isShort = judgeShort(input);
  if (!emergency.isOn) return isShort && input.couldHaveMore ? begin(emergency, input.nowMs) : emergency;
  if (isShort || !isCalm(input))
    return emergency.calmSinceMs === null ? emergency : { ...emergency, calmSinceMs: null };
  const calmSinceMs = emergency.calmSinceMs ?? input.nowMs;
  if (input.nowMs - calmSinceMs < CALM_MS) return { ...emergency, calmSinceMs };
  return { ...emergency, isOn: false, calmSinceMs: null, gentleUntilMs: input.nowMs + GENTLE_MS };
}

function judgeShort({ observation, wanted, tunables, changes, headroomPages }: GuardInput): boolean {
  const { availablePages, pageBytes } = observation;
  const linePages = emergencyLinePages(wanted.maximumPages, tunables.guard_emergency_mb, pageBytes);
  if (availablePages !== null && availablePages < linePages) return true;
  if ((changes.oomKills ?? 0) > 0 || ((changes.fullShare ?? 0) > FULL_SHARE && isMissed(changes))) return true;
  return (changes.allocStalls ?? 0) > 0 && availablePages !== null && availablePages < headroomPages;
}

function isCalm({ observation, changes, headroomPages }: GuardInput): boolean {
  const hasRoom = observation.availablePages === null || observation.availablePages > headroomPages;
  return hasRoom && (changes.fullShare ?? 0) < CALM_FULL_SHARE;
}

function begin(before: Emergency, nowMs: number): Emergency {
  const recurs = before.beganMs !== null && nowMs - before.beganMs < RECURRENCE_MS;
  return {
    isOn: true,
    beganMs: nowMs,
    calmSinceMs: null,
    gentleUntilMs: before.gentleUntilMs,
    recurrence: recurs ? waitLonger(before.recurrence, nowMs, WAITS) : NO_WAIT,
  };
}

/** Memory ran short: the guest has all of it at once, until it is calm. */
export const emergency = {
  sentence: "Memory ran short: the target is all that the guest may have, until it is calm.",
  minTargetPages: ({ emergency: { isOn } }: { readonly emergency: Emergency }, { wanted }: GuardInput): number =>
    isOn ? wanted.maximumPages : 0,
};
