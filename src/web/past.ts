import { useEffect, useState } from "preact/hooks";
import type { HistoryPoint, HistoryRange } from "../core/history.ts";
import { ask } from "./daemon.ts";
import { everyWhileSeen } from "./while-seen.ts";

const HOUR_MS = 3_600_000;

/** What the chart of a guest may show. `spanMs` is null for all that is kept; live is what this page has seen. */
export const RANGES = [
  { key: "live", name: "Live", spanMs: 0 },
  { key: "hour", name: "1 h", spanMs: HOUR_MS },
  { key: "day", name: "24 h", spanMs: 24 * HOUR_MS },
  { key: "all", name: "All kept", spanMs: null },
] as const;

export type RangeKey = (typeof RANGES)[number]["key"];

/** A time that was chosen in the chart; wall clock, in ms since 1970. */
export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

/** What the chart shows: a range that ends now, or a time that was chosen in it. */
export type Range = RangeKey | Span;

/** A past that is shown is read again so often. */
const REFRESH_MS = 30_000;

/** A guest's past, on its way from the daemon. */
export type Past =
  | { readonly state: "reading" }
  | { readonly state: "read"; readonly range: HistoryRange }
  | { readonly state: "failed"; readonly problem: string };

/** Read a guest's past, and again from time to time; null while the range is live. */
export function usePast(guest: string, range: Range): Past | null {
  const [past, setPast] = useState<Past | null>(null);
  useEffect(() => {
    setPast(range === "live" ? null : { state: "reading" });
    if (range === "live") return;
    let isOver = false;
    const read = async (): Promise<void> => {
      const answer = await readPast(guest, range);
      if (!isOver) setPast(answer);
    };
    void read();
    const stop = everyWhileSeen(REFRESH_MS, () => void read());
    return () => {
      isOver = true;
      stop();
    };
  }, [guest, typeof range === "string" ? range : `${range.fromMs}-${range.toMs}`]);
  return past;
}

async function readPast(guest: string, range: Range): Promise<Past> {
  const path = `/v1/guests/${encodeURIComponent(guest)}/history?${queryOf(range)}`;
  const answer = await ask<HistoryRange>("GET", path);
  if (answer.ok) return { state: "read", range: answer.body };
  return { state: "failed", problem: answer.problem?.detail ?? "the daemon can't be reached" };
}

function queryOf(range: Range): string {
  if (typeof range !== "string") return `from=${range.fromMs}&to=${range.toMs}`;
  const { spanMs } = RANGES.find(({ key }) => key === range) ?? RANGES[0];
  return spanMs === null ? "" : `from=${Date.now() - spanMs}`;
}

/**
 * The points of a range: what was read of the past, or what this page has seen, where that is asked for or, of a chosen time,
 * where no past is kept.
 */
export function pointsIn(range: Range, past: Past | null, seen: readonly HistoryPoint[]): readonly HistoryPoint[] {
  if (range === "live") return seen;
  if (past?.state === "read") return past.range.points;
  if (typeof range === "string" || past?.state !== "failed") return NO_POINTS;
  return seen.filter(({ atMs }) => atMs >= range.fromMs && atMs <= range.toMs);
}

/** The same list each time, so that the chart need not look at it again. */
const NO_POINTS: readonly HistoryPoint[] = [];

/** Points for a plot: where nothing is known of the time between two, null stands between them. */
export function withGaps<Point extends { readonly gap: boolean }>(points: readonly Point[]): readonly (Point | null)[] {
  return points.flatMap((point, index) => (point.gap && index > 0 ? [null, point] : [point]));
}
