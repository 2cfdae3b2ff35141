import type { GuestStatus } from "../core/control.ts";
import { figuresOf } from "../core/figures.ts";
import { shownText } from "../core/shown-text.ts";
import { BYTES_PER_MIB } from "../core/units.ts";
import { missingMb } from "../view/missing-mb.ts";
import { STANDINGS, type Standing, standingOf } from "../view/standing.ts";

/** A guest as the fleet sees it; sizes in MiB, null is what is not known. */
export interface GuestSummary {
  /** Its name as people are shown it, at most 64 characters and a mark of what was cut. */
  readonly guest: string;
  readonly currentMb: number | null;
  readonly targetMb: number | null;
  readonly goalMb: number | null;
  readonly maximumMb: number | null;
  readonly availableMb: number | null;
  /** How it stands, as its host judges it. */
  readonly standing: Standing;
  /** Why it has its target: a word of the table of reasons, maybe of a newer version. Null before the first step. */
  readonly reason: string | null;
  /** The code of what keeps it from being read or moved; null if nothing does. */
  readonly problem: string | null;
}

const NAME_LENGTH = 64;

/** Smaller changes are told with all guests, and not as they happen. */
const NOTABLE_MB = 8;
const NOTABLE_SHARE = 1 / 64;

/** What the fleet is told of a guest. */
export function summaryOf(status: GuestStatus): GuestSummary {
  const { guest, observation, decision, problem } = status;
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
    standing: standingOf({ ...status, figures }),
    reason: decision?.reason ?? null,
    problem: problem?.code ?? null,
  };
}

/** The order in which an operator looks at guests: how they stand, the worst first, then what they lack. */
export function byNeed(a: GuestSummary, b: GuestSummary): number {
  return STANDINGS.indexOf(a.standing) - STANDINGS.indexOf(b.standing) || missingMb(b) - missingMb(a);
}

/**
 * How much it matters that `after` is told instead of `before`, which was told last: 0 where it can wait until all guests
 * are told again, infinite where it stands otherwise.
 */
export function weightOfChange(before: GuestSummary | undefined, after: GuestSummary): number {
  if (before === undefined || before.problem !== after.problem || before.standing !== after.standing)
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
