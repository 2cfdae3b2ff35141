import { changesSince } from "../guard/changes.ts";
import { headroomPages } from "../guard/headroom.ts";
import type { Remembered } from "../guard/input.ts";
import type { CompleteObservation } from "../observation.ts";
import type { Tunables } from "../tunables.ts";
import { type Aim, maximumTarget } from "./law.ts";

/** A rise is reckoned to last for this long, and to have taken a watch and its answer at least. */
const RISE_MS = 500;
const MIN_RISE_MS = 400;

/**
 * Where steps are no further apart than this, all that is free beyond need goes at once; else a part in proportion, because
 * new cache has no other room until the next step.
 */
const AT_ONCE_MS = 1000;

/**
 * The goal by what is in use instead of what is committed: memory that is not available, and the guard's headroom, which
 * runs ahead of a rise. What is free beyond the kernel's reserve and that headroom evicts nothing: it may go at once, but
 * not on a host that is short, which may not have it again when the cache grows. The cache is the guard's business: where
 * it can't tell what cache the guest needs, there is no such goal (null), and the driver's holds. `before` is what the
 * guard remembers of the last step.
 */
export function adaptiveAim(
  before: Remembered,
  observation: CompleteObservation,
  tunables: Tunables,
  nowMs: number,
  isHostShort: boolean,
): Aim | null {
  const { totalramPages, totalreservePages, availablePages, freePages, refaultPages, pageBytes } = observation;
  if (availablePages === null || freePages === null || refaultPages === null) return null;
  const demandPages = Math.max(0, totalramPages - availablePages);
  const room = headroomPages(before.risePages, maximumTarget(observation), tunables, pageBytes);
  const { risePages, elapsedMs } = changesSince(before.last, observation, nowMs - before.lastMs);
  const comingPages = (Math.max(0, risePages ?? 0) * RISE_MS) / Math.max(MIN_RISE_MS, elapsedMs);
  const beyondPages = Math.max(0, freePages - totalreservePages - room - comingPages);
  const atOnceShare = elapsedMs > AT_ONCE_MS ? AT_ONCE_MS / elapsedMs : 1;
  return {
    goalPages: Math.ceil(demandPages + room + comingPages),
    sparePages: isHostShort ? 0 : Math.floor(beyondPages * atOnceShare),
  };
}
