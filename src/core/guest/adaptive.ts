import { changesSince } from "../guard/changes.ts";
import { headroomPages } from "../guard/headroom.ts";
import type { Remembered } from "../guard/input.ts";
import type { CompleteObservation } from "../observation.ts";
import type { Tunables } from "../tunables.ts";
import { maximumTarget } from "./law.ts";

/** A rise is reckoned to last for this long, and to have taken a watch and its answer at least. */
const RISE_MS = 1000;
const MIN_RISE_MS = 400;

/**
 * The goal by what is in use instead of what is committed, in pages: memory that is not available, and the guard's
 * headroom, which runs ahead of a rise. The cache is the guard's business: where it can't tell what cache the guest
 * needs, there is no such goal (null), and the driver's holds. `before` is what the guard remembers of the last step.
 */
export function adaptiveGoal(
  before: Remembered,
  observation: CompleteObservation,
  tunables: Tunables,
  nowMs: number,
): number | null {
  const { totalramPages, availablePages, freePages, refaultPages, pageBytes } = observation;
  if (availablePages === null || freePages === null || refaultPages === null) return null;
  const demandPages = Math.max(0, totalramPages - availablePages);
  const room = headroomPages(before.risePages, maximumTarget(observation), tunables, pageBytes);
  const { risePages, elapsedMs } = changesSince(before.last, observation, nowMs - before.lastMs);
  const comingPages = (Math.max(0, risePages ?? 0) * RISE_MS) / Math.max(MIN_RISE_MS, elapsedMs);
  return Math.ceil(demandPages + room + comingPages);
}
