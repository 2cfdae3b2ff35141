import type { Decision } from "../decision.ts";
import type { Observation } from "../observation.ts";
import type { Tunables } from "../tunables.ts";
import { pagesFromMib } from "../units.ts";
import type { ShrinkOrder } from "./effects.ts";

/** The part of the interval that a run may take, so that it has usually ended when the next step begins. */
const INTERVAL_SHARE = 0.9;

/** A run takes at most this long, whatever the interval. */
const MAX_RUN_MS = 60_000;

/** What a decision asks of compressed swap, and what the run must keep to; null if it asks for nothing. */
export function shrinkOrder(
  { frontswapTargetPages: targetPages }: Decision,
  { pageBytes }: Observation,
  tunables: Tunables,
): ShrinkOrder | null {
  if (targetPages === null) return null;
  const limits = {
    headroomPages: pagesFromMib(tunables.guard_headroom_mb, pageBytes),
    cpuPercent: tunables.frontswap_cpu_percent,
    deadlineMs: Math.min(MAX_RUN_MS, tunables.selfballoon_interval * 1000 * INTERVAL_SHARE),
  };
  return { targetPages, pageBytes, limits };
}
