import { percentiles } from "./figures.ts";

/** One is left alone, one is read and watched but keeps all its memory, one is run as by default. */
export const GUESTS = ["static", "watched", "guarded"] as const;
export type BuildGuest = (typeof GUESTS)[number];

/** One build in each guest, one after the other. */
export interface Turn {
  readonly tookMs: Readonly<Record<BuildGuest, number>>;
  /** What the guest's emulated processor took of this machine's: other work here does not lengthen it. */
  readonly processorMs: Readonly<Record<BuildGuest, number>>;
  readonly stalledMs: Readonly<Record<BuildGuest, number>>;
  /** What the guarded guest had when its build began. */
  readonly ramMib: number;
}

/** What being watched, and the guard with its balloon, cost a guest that builds now and then. */
export interface BuildFigures {
  readonly turns: readonly Turn[];
  /** Each build's time over that of the static guest in the same turn, less one, in percent: the medians. */
  readonly slowDownPercent: Readonly<Record<BuildGuest, number>>;
  /** The same of the processor's time, without the waiting. */
  readonly processorPercent: Readonly<Record<BuildGuest, number>>;
  /** What the guarded guest had on average, idle times and builds together, in MiB, and the most it could have. */
  readonly meanMib: number;
  readonly wholeMib: number;
  readonly oomKills: number;
}

/** By guest, how much longer than the static one it took in each turn: the median, in percent. */
export function medianRises(times: readonly Turn["tookMs"][]): Readonly<Record<BuildGuest, number>> {
  const rise = (guest: BuildGuest): number =>
    100 * (percentiles(times.map((turn) => turn[guest] / turn.static)).p50 - 1);
  return { static: rise("static"), watched: rise("watched"), guarded: rise("guarded") };
}

/** What it came to, as text. */
export function describeBuilds({
  turns,
  slowDownPercent,
  processorPercent,
  meanMib,
  wholeMib,
  oomKills,
}: BuildFigures): string {
  const longer = (guest: BuildGuest): string =>
    `${slowDownPercent[guest].toFixed(1)} % longer, ${processorPercent[guest].toFixed(1)} % more of the processor's time`;
  return [
    `${turns.length} builds in each guest, in turns, beside a guest that is left alone; medians:`,
    `  watched, its memory left to it: ${longer("watched")}`,
    `  run by law and guard:           ${longer("guarded")}`,
    `The last had ${meanMib.toFixed(0)} of ${wholeMib} MiB on average. Killed: ${oomKills}.`,
  ].join("\n");
}

/** A line for a turn, for whoever waits. */
export function describeTurn(turn: Turn): string {
  const of = (guest: BuildGuest): string =>
    `${guest} ${(turn.tookMs[guest] / 1000).toFixed(2)} s (processor ${(turn.processorMs[guest] / 1000).toFixed(2)} s, ` +
    `stalled ${turn.stalledMs[guest].toFixed(0)} ms)`;
  return `${GUESTS.map(of).join(", ")}; ${turn.ramMib.toFixed(0)} MiB at the start`;
}
