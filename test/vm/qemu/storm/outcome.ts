import type { MemorySample, Watched } from "./watcher.ts";

/** How a guest is run: by the law alone, or by the law and the guard. */
export type Way = "law" | "guard";

/** How one load fared in one guest. */
export interface Outcome {
  readonly way: Way;
  readonly round: number;
  readonly load: string;
  /** The guest's RAM when the load began. */
  readonly ramMib: number;
  /** Every program of the load got its memory and kept its content. */
  readonly served: boolean;
  readonly exitCode: number;
  readonly oomKills: number;
  readonly tookMs: number;
  /** How fast the first program of the load filled its memory; null if it did not. */
  readonly filledMibPerS: number | null;
  /**
   * From the fall below the line of the watch to more RAM in the guest, on the guest's own clock; null if it did not fall
   * below, or had all its RAM by then.
   */
  readonly reactionMs: number | null;
  /** Time in which the guest was short while the balloon held memory that would have helped, and the longest such time. */
  readonly shortMs: number;
  readonly longestShortMs: number;
  /** Time in which some task, or all of them, waited for memory. */
  readonly stalledSomeMs: number;
  readonly stalledFullMs: number;
  readonly swapInMib: number;
  readonly swapOutMib: number;
}

const PAGES_PER_MIB = 256;
/** A page now and then is no raise. */
const RAISE_MIB = 1;

/** What a guest's memory is judged by, in MiB. */
export interface Lines {
  /** With less than this available the daemon's watch asks for a step; null while the guest has all its RAM. */
  readonly watchMib: number | null;
  /** With less than this available the guest is short of memory. */
  readonly shortMib: number;
  /** The RAM that the guest has at the most. */
  readonly wholeMib: number;
}

/** What the watcher saw, judged. */
export function judge(context: Pick<Outcome, "way" | "round" | "load">, watched: Watched, lines: Lines): Outcome {
  const { samples, grown } = watched;
  const spans = shortSpans(samples, lines);
  return {
    ...context,
    ramMib: samples[0]?.totalMib ?? Number.NaN,
    served: watched.exitCode === 0,
    exitCode: watched.exitCode,
    oomKills: grown.oom_kill,
    tookMs: watched.tookMs,
    filledMibPerS: fillRate(watched.said),
    reactionMs: reactionMs(samples, lines),
    shortMs: spans.reduce((sum, span) => sum + span, 0),
    longestShortMs: Math.max(0, ...spans),
    stalledSomeMs: grown.psi_some / 1000,
    stalledFullMs: grown.psi_full / 1000,
    swapInMib: grown.pswpin / PAGES_PER_MIB,
    swapOutMib: grown.pswpout / PAGES_PER_MIB,
  };
}

function reactionMs(samples: readonly MemorySample[], { watchMib, wholeMib }: Lines): number | null {
  const below = samples.find(({ availableMib }) => availableMib < (watchMib ?? 0));
  if (below === undefined || below.totalMib > wholeMib - RAISE_MIB) return null;
  const raised = samples.find(({ ms, totalMib }) => ms > below.ms && totalMib > below.totalMib + RAISE_MIB);
  return (raised ?? samples.at(-1) ?? below).ms - below.ms;
}

/** The times, in ms, in which the guest was short and could have had more. */
function shortSpans(samples: readonly MemorySample[], { shortMib, wholeMib }: Lines): readonly number[] {
  const spans: number[] = [];
  let sinceMs: number | null = null;
  for (const { ms, availableMib, totalMib } of samples) {
    const isShort = availableMib < shortMib && totalMib < wholeMib - RAISE_MIB;
    if (isShort) sinceMs ??= ms;
    else if (sinceMs !== null) {
      spans.push(ms - sinceMs);
      sinceMs = null;
    }
  }
  if (sinceMs !== null) spans.push((samples.at(-1)?.ms ?? sinceMs) - sinceMs);
  return spans;
}

/** From a hog's own lines, such as `hog 0.005 malloc of 250 MiB granted` and `hog 2.139 touched`. */
function fillRate(said: string): number | null {
  const malloc = /^hog (\S+) malloc of (\d+) MiB granted$/m.exec(said);
  const touched = /^hog (\S+) touched$/m.exec(said);
  if (malloc === null || touched === null) return null;
  return Number(malloc[2]) / (Number(touched[1]) - Number(malloc[1]));
}
