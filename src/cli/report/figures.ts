import type { Reason } from "../../core/reasons.ts";
import { type GuestTally, type Rises, sumOf } from "./guest-tally.ts";
import type { BadLines } from "./lines.ts";
import type { Tally } from "./tally.ts";
import type { Moment } from "./worst.ts";

const BYTES_PER_GIB = 2 ** 30;
const SECONDS_PER_HOUR = 3600;

/** Before this, a recording's time is no time of day: it counts from the start of something. */
const FIRST_CLOCK_MS = 1e12;

/** What a recording covers one guest, or of all. Null is what it does not report. */
export interface Sums {
  /** Time that is known, without gaps. */
  readonly hours: number;
  /** What was held, and what would have been if no balloon had moved, on average. */
  readonly heldMeanBytes: number | null;
  readonly mostMeanBytes: number | null;
  readonly savedMeanBytes: number | null;
  readonly savedGibHours: number;
  readonly savedPercent: number | null;
  /** Targets that were handed to the balloon. */
  readonly moves: number | null;
  /** Time in which some task, and in which all tasks, waited for memory. */
  readonly waitedSeconds: number | null;
  readonly allWaitedSeconds: number | null;
  readonly oomKills: number | null;
  readonly refaultPages: number | null;
  readonly swapInPages: number | null;
  readonly swapOutPages: number | null;
}

export interface GuestFigures extends Sums {
  readonly guest: string;
  readonly lines: number;
  /** How long each reason held, the longest first. */
  readonly reasonHours: Partial<Record<Reason, number>>;
}

/** Everything that a report says in figures. */
export interface ReportFigures {
  readonly fromMs: number | null;
  readonly toMs: number | null;
  /** False if time counts from the start of something, not from 1970. */
  readonly isClock: boolean;
  readonly lines: number;
  readonly badLines: number;
  readonly firstBadLine: string | null;
  /** Lines of guests beyond the most that a report covers. */
  readonly leftOutLines: number;
  /** False if no line tells what was decided. */
  readonly hasDecisions: boolean;
  readonly together: Sums;
  /** The one that saved the most first. */
  readonly guests: readonly GuestFigures[];
  /** The worst first. */
  readonly worst: readonly Moment[];
}

export function figuresOfTally(tally: Tally, bad: BadLines): ReportFigures {
  const all = [...tally.guests.values()];
  const guests = all.map(guestFigures).sort((a, b) => b.savedGibHours - a.savedGibHours);
  return {
    fromMs: tally.fromMs,
    toMs: tally.toMs,
    isClock: (tally.fromMs ?? 0) >= FIRST_CLOCK_MS,
    lines: tally.lines,
    badLines: bad.count,
    firstBadLine: bad.first,
    leftOutLines: tally.leftOut,
    hasDecisions: all.some(({ moves }) => moves !== null),
    together: sumsTogether(all, tally.seconds, guests),
    guests,
    worst: tally.worst.moments,
  };
}

/** All guests together. Each mean is the sum of theirs, as a reader adds up a table, however long each was there. */
function sumsTogether(all: readonly GuestTally[], seconds: number, guests: readonly Sums[]): Sums {
  const sum = (read: (one: Sums) => number | null): number | null =>
    guests.every((one) => read(one) === null) ? null : guests.reduce((total, one) => total + (read(one) ?? 0), 0);
  return {
    ...sumsOf(all, seconds),
    heldMeanBytes: sum(({ heldMeanBytes }) => heldMeanBytes),
    mostMeanBytes: sum(({ mostMeanBytes }) => mostMeanBytes),
    savedMeanBytes: sum(({ savedMeanBytes }) => savedMeanBytes),
  };
}

function guestFigures(tally: GuestTally): GuestFigures {
  const reasons = [...tally.reasonSeconds].sort(([, a], [, b]) => b - a);
  return {
    guest: tally.guest,
    lines: tally.lines,
    ...sumsOf([tally], tally.seconds),
    reasonHours: Object.fromEntries(reasons.map(([reason, seconds]) => [reason, seconds / SECONDS_PER_HOUR])),
  };
}

function sumsOf(all: readonly GuestTally[], seconds: number): Sums {
  const sum = (read: (one: GuestTally) => number): number => all.reduce((total, one) => total + read(one), 0);
  const held = sum(({ heldByteSeconds }) => heldByteSeconds);
  const max = sum(({ maxByteSeconds }) => maxByteSeconds);
  const [first, ...others] = all.map(({ rises }) => rises);
  const rises = first === undefined ? null : others.reduce<Rises>(sumOf, first);
  const inSeconds = (us: number | null | undefined): number | null => (us == null ? null : us / 1_000_000);
  const mean = (byteSeconds: number): number | null => (seconds === 0 ? null : byteSeconds / seconds);
  return {
    hours: seconds / SECONDS_PER_HOUR,
    heldMeanBytes: mean(held),
    mostMeanBytes: mean(max),
    savedMeanBytes: mean(max - held),
    savedGibHours: (max - held) / BYTES_PER_GIB / SECONDS_PER_HOUR,
    savedPercent: max === 0 ? null : 100 * (1 - held / max),
    moves: all.every(({ moves }) => moves === null) ? null : sum(({ moves }) => moves ?? 0),
    waitedSeconds: inSeconds(rises?.psiSomeTotalUs),
    allWaitedSeconds: inSeconds(rises?.psiFullTotalUs),
    oomKills: rises?.oomKills ?? null,
    refaultPages: rises?.refaultPages ?? null,
    swapInPages: rises?.swapInPages ?? null,
    swapOutPages: rises?.swapOutPages ?? null,
  };
}
