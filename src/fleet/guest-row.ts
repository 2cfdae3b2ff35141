import type { GuestStatus } from "../core/control.ts";
import { figuresOf } from "../core/figures.ts";
import type { Reason } from "../core/reasons.ts";
import { shownText } from "../core/shown-text.ts";
import { BYTES_PER_MIB } from "../core/units.ts";

/** A guest as the fleet sees it; sizes in MiB, null is what is not known. */
export interface GuestRow {
  /** Its name as people are shown it, at most 64 characters and a mark of what was cut. */
  readonly guest: string;
  readonly currentMb: number | null;
  readonly targetMb: number | null;
  readonly goalMb: number | null;
  readonly maximumMb: number | null;
  readonly availableMb: number | null;
  /** Why it has its target: a word of the table of reasons, maybe of a newer version. Null before the first step. */
  readonly reason: string | null;
  /** The code of what keeps it from being read or moved; null if nothing does. */
  readonly problem: string | null;
}

const NAME_LENGTH = 64;

/** Reasons of a guest that has less than it needs, and that cannot help it alone. */
const SHORT_REASONS: readonly string[] = ["host_full", "at_share", "emergency"] satisfies readonly Reason[];

/** Smaller changes are told with all guests, and not as they happen. */
const NOTABLE_MB = 8;
const NOTABLE_SHARE = 1 / 64;

/** A guest's row, of how it stands. */
export function rowOf({ guest, observation, decision, problem }: GuestStatus): GuestRow {
  const figures = observation === null || decision === null ? null : figuresOf(observation, decision);
  const mib = (bytes: number | null | undefined): number | null =>
    bytes === null || bytes === undefined ? null : Math.round(bytes / BYTES_PER_MIB);
  return {
    guest: shownText(guest, NAME_LENGTH),
    currentMb: mib(figures?.currentBytes),
    targetMb: mib(figures?.targetBytes),
    goalMb: mib(figures?.goalBytes),
    maximumMb: mib(figures?.maximumBytes),
    availableMb: mib(figures?.availableBytes),
    reason: decision?.reason ?? null,
    problem: problem?.code ?? null,
  };
}

/** Whether the guest needs more than its host gives it. */
export function isShort({ reason }: GuestRow): boolean {
  return reason !== null && SHORT_REASONS.includes(reason);
}

/** What the guest lacks to its goal, in MiB. */
export function missingMb({ goalMb, currentMb }: GuestRow): number {
  return Math.max(0, (goalMb ?? 0) - (currentMb ?? 0));
}

/**
 * How much it matters that `after` is told instead of `before`, which was told last: 0 where it can wait until all guests
 * are told again, infinite where the guest became short or can't be read.
 */
export function weightOfChange(before: GuestRow | undefined, after: GuestRow): number {
  if (before === undefined || before.problem !== after.problem || isShort(before) !== isShort(after))
    return Number.POSITIVE_INFINITY;
  const notableMb = Math.max(NOTABLE_MB, (after.currentMb ?? 0) * NOTABLE_SHARE);
  const movedMb = Math.max(
    distance(before.currentMb, after.currentMb),
    distance(before.targetMb, after.targetMb),
    distance(before.goalMb, after.goalMb),
  );
  return movedMb >= notableMb ? movedMb : 0;
}

function distance(a: number | null, b: number | null): number {
  return a === null && b === null ? 0 : Math.abs((a ?? 0) - (b ?? 0));
}
