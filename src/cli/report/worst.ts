import type { Figures } from "../../core/figures.ts";
import type { Reason } from "../../core/reasons.ts";
import type { Passed } from "./guest-tally.ts";

const MAX_MOMENTS = 20;

/** One guest must not hide the others. */
const MAX_OF_A_GUEST = 5;

/** Of moments of one guest that are nearer than this, the worse one is told. */
const APART_MS = 60_000;

/** Pressure below this is no moment, in percent. */
const MIN_SOME_PERCENT = 5;
const MIN_FULL_PERCENT = 1;

/** A moment in which a guest was short of memory. */
export interface Moment {
  readonly atMs: number;
  readonly guest: string;
  readonly oomKills: number;
  /** Of the time since the line before, some task and all tasks waited for memory; null where it is not told. */
  readonly somePercent: number | null;
  readonly fullPercent: number | null;
  readonly reason: Reason | null;
  readonly figures: Figures;
}

/** The worst moments of a recording, a bounded number of them. */
export class WorstMoments {
  /** The worst first. */
  moments: readonly Moment[] = [];

  add(guest: string, passed: Passed): void {
    const moment = momentOf(guest, passed);
    if (moment === null) return;
    const near = this.moments.find((other) => isNear(other, moment));
    if (near !== undefined && badness(near) >= badness(moment)) return;
    const others = this.moments.filter((other) => !isNear(other, moment));
    const sorted = [...others, moment].sort((a, b) => badness(b) - badness(a));
    const own = sorted.filter((other) => other.guest === guest);
    const tooMany = new Set(own.slice(MAX_OF_A_GUEST));
    this.moments = sorted.filter((other) => !tooMany.has(other)).slice(0, MAX_MOMENTS);
  }
}

function momentOf(guest: string, { seconds, rises, point }: Passed): Moment | null {
  const { atMs, reason, figures } = point;
  const percent = (us: number | null): number | null =>
    us === null || seconds === 0 ? null : Math.min(100, us / (seconds * 10_000));
  const moment: Moment = {
    atMs,
    guest,
    oomKills: rises.oomKills ?? 0,
    somePercent: percent(rises.psiSomeTotalUs),
    fullPercent: percent(rises.psiFullTotalUs),
    reason,
    figures,
  };
  return isBad(moment) ? moment : null;
}

function isBad({ oomKills, somePercent, fullPercent, reason }: Moment): boolean {
  const isPressed = (somePercent ?? 0) >= MIN_SOME_PERCENT || (fullPercent ?? 0) >= MIN_FULL_PERCENT;
  return oomKills > 0 || reason === "emergency" || isPressed;
}

/** A kill is worse than any wait; time in which all waited is worse than time in which some did. */
function badness({ oomKills, somePercent, fullPercent, reason }: Moment): number {
  return oomKills * 1_000_000 + (fullPercent ?? 0) * 100 + (somePercent ?? 0) + (reason === "emergency" ? 50 : 0);
}

function isNear(a: Moment, b: Moment): boolean {
  return a.guest === b.guest && Math.abs(a.atMs - b.atMs) < APART_MS;
}
