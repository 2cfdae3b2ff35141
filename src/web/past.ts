import { useEffect, useState } from "preact/hooks";
import type { HistoryPoint, HistoryRange } from "../core/history.ts";
import { ask } from "./daemon.ts";

const HOUR_MS = 3_600_000;

/** What the chart of a guest may show. `spanMs` is null for all that is kept; live is what this page has seen. */
export const RANGES = [
  { key: "live", name: "Live", spanMs: 0 },
  { key: "hour", name: "1 h", spanMs: HOUR_MS },
  { key: "day", name: "24 h", spanMs: 24 * HOUR_MS },
  { key: "all", name: "All kept", spanMs: null },
] as const;

export type RangeKey = (typeof RANGES)[number]["key"];

/** A past that is shown is read again so often. */
const REFRESH_MS = 30_000;

/** A guest's past, on its way from the daemon. */
export type Past =
  | { readonly state: "reading" }
  | { readonly state: "read"; readonly range: HistoryRange }
  | { readonly state: "failed"; readonly problem: string };

/** Read a guest's past, and again from time to time; null while the range is live. */
export function usePast(guest: string, key: RangeKey): Past | null {
  const [past, setPast] = useState<Past | null>(null);
  useEffect(() => {
    setPast(key === "live" ? null : { state: "reading" });
    if (key === "live") return;
    let isOver = false;
    const read = async (): Promise<void> => {
      const answer = await readPast(guest, key);
      if (!isOver) setPast(answer);
    };
    void read();
    const timer = setInterval(() => void read(), REFRESH_MS);
    return () => {
      isOver = true;
      clearInterval(timer);
    };
  }, [guest, key]);
  return past;
}

async function readPast(guest: string, key: RangeKey): Promise<Past> {
  const { spanMs } = RANGES.find((range) => range.key === key) ?? RANGES[0];
  const from = spanMs === null ? "" : `?from=${Date.now() - spanMs}`;
  const answer = await ask<HistoryRange>("GET", `/v1/guests/${encodeURIComponent(guest)}/history${from}`);
  if (answer.ok) return { state: "read", range: answer.body };
  return { state: "failed", problem: answer.problem?.detail ?? "the daemon can't be reached" };
}

/** Points for a plot: where nothing is known of the time between two, null stands between them. */
export function withGaps(points: readonly HistoryPoint[]): readonly (HistoryPoint | null)[] {
  return points.flatMap((point, index) => (point.gap && index > 0 ? [null, point] : [point]));
}
