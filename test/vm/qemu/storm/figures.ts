import type { Outcome, Way } from "./outcome.ts";

/** What a storm came to under one way of running the guest. */
export interface Figures {
  readonly way: Way;
  readonly loads: number;
  readonly served: number;
  readonly oomKills: number;
  /** What the guest had when the first load of each round came, on average. */
  readonly ramMib: number;
  readonly filledMibPerS: Percentiles;
  readonly reactionMs: Percentiles;
  readonly shortS: number;
  readonly longestShortS: number;
  readonly stalledSomeS: number;
  readonly stalledFullS: number;
  readonly swapInMib: number;
  readonly swapOutMib: number;
  readonly loadsTookS: number;
}

/** Of how many values, and which; NaN where there is none. */
export interface Percentiles {
  readonly count: number;
  readonly p50: number;
  readonly p95: number;
  readonly worst: number;
}

/** The middle, the twentieth from the top of a hundred, and the top. */
export function percentiles(values: readonly number[]): Percentiles {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number): number => sorted[Math.ceil(share * sorted.length) - 1] ?? Number.NaN;
  return { count: sorted.length, p50: at(0.5), p95: at(0.95), worst: at(1) };
}

/** All that was seen under `way`, added up. */
export function figuresOf(outcomes: readonly Outcome[], way: Way): Figures {
  const mine = outcomes.filter((outcome) => outcome.way === way);
  const sum = (of: (outcome: Outcome) => number): number => mine.reduce((total, outcome) => total + of(outcome), 0);
  const first = mine.filter(({ round }, nth) => mine[nth - 1]?.round !== round);
  return {
    way,
    loads: mine.length,
    served: mine.filter(({ served }) => served).length,
    oomKills: sum(({ oomKills }) => oomKills),
    ramMib: first.reduce((total, { ramMib }) => total + ramMib, 0) / first.length,
    filledMibPerS: percentiles(mine.flatMap(({ filledMibPerS }) => filledMibPerS ?? [])),
    reactionMs: percentiles(mine.flatMap(({ reactionMs }) => reactionMs ?? [])),
    shortS: sum(({ shortMs }) => shortMs) / 1000,
    longestShortS: Math.max(0, ...mine.map(({ longestShortMs }) => longestShortMs)) / 1000,
    stalledSomeS: sum(({ stalledSomeMs }) => stalledSomeMs) / 1000,
    stalledFullS: sum(({ stalledFullMs }) => stalledFullMs) / 1000,
    swapInMib: sum(({ swapInMib }) => swapInMib),
    swapOutMib: sum(({ swapOutMib }) => swapOutMib),
    loadsTookS: sum(({ tookMs }) => tookMs) / 1000,
  };
}

/** A line for a load, for whoever waits. */
export function describeOutcome(outcome: Outcome): string {
  const { way, ramMib, load, served, exitCode, oomKills, tookMs, filledMibPerS, reactionMs, shortMs } = outcome;
  return [
    `${way.padEnd(5)} ${ramMib.toFixed(0)} MiB, ${load}`,
    served ? "served" : exitCode === 3 ? "refused" : `failed (exit code ${exitCode})`,
    `in ${(tookMs / 1000).toFixed(1)} s`,
    ...(filledMibPerS === null ? [] : [`at ${filledMibPerS.toFixed(0)} MiB/s`]),
    ...(reactionMs === null ? [] : [`answered after ${reactionMs} ms`]),
    ...(shortMs === 0 ? [] : [`short for ${(shortMs / 1000).toFixed(2)} s`]),
    `stalled ${(outcome.stalledSomeMs / 1000).toFixed(2)} s (all: ${(outcome.stalledFullMs / 1000).toFixed(2)} s)`,
    `swapped out ${outcome.swapOutMib.toFixed(0)} MiB, in ${outcome.swapInMib.toFixed(0)} MiB`,
    ...(oomKills === 0 ? [] : [`${oomKills} OOM KILLS`]),
  ].join(", ");
}

/** Both ways side by side, as a table. */
export function describeFigures(columns: readonly Figures[], wholeMib: number): string {
  const row = (name: string, of: (figures: Figures) => string): string =>
    [name.padEnd(52), ...columns.map((figures) => of(figures).padStart(18))].join("");
  const three = ({ p50, p95, worst }: Percentiles): string => [p50, p95, worst].map((ms) => ms.toFixed(0)).join(" / ");
  return [
    row("", ({ way }) => (way === "law" ? "law alone" : "law and guard")),
    row("loads, of them served", ({ loads, served }) => `${loads}, ${served}`),
    row("processes killed for lack of memory", ({ oomKills }) => String(oomKills)),
    row("RAM before a round, MiB", ({ ramMib }) => ramMib.toFixed(0)),
    row("saved while idle, %", ({ ramMib }) => (100 * (1 - ramMib / wholeMib)).toFixed(0)),
    row("below the watch's line to more RAM, ms, 50/95/100 %", ({ reactionMs }) => three(reactionMs)),
    row("  of so many loads", ({ reactionMs }) => String(reactionMs.count)),
    row("short of memory, s in all", ({ shortS }) => shortS.toFixed(1)),
    row("  the longest time", ({ longestShortS }) => longestShortS.toFixed(2)),
    row("some task waited for memory, s", ({ stalledSomeS }) => stalledSomeS.toFixed(1)),
    row("all tasks waited for memory, s", ({ stalledFullS }) => stalledFullS.toFixed(1)),
    row("swapped out, MiB", ({ swapOutMib }) => swapOutMib.toFixed(0)),
    row("swapped in, MiB", ({ swapInMib }) => swapInMib.toFixed(0)),
    row("the loads took, s in all", ({ loadsTookS }) => loadsTookS.toFixed(0)),
    row("memory filled, MiB/s, 50/95/100 %", ({ filledMibPerS }) => three(filledMibPerS)),
  ].join("\n");
}
