import { headroomPages } from "./guard/headroom.ts";
import type { CompleteObservation } from "./observation.ts";
import { maximumTarget } from "./selfballoon.ts";
import type { Tunables } from "./tunables.ts";

/** What the adaptive policy has learnt of one guest, in pages. */
export interface AdaptiveState {
  /** What was seen last; null before the first step. */
  readonly seen: Seen | null;
  /** Cache that came back soon after it was evicted, so that the guest needs it; forgotten slowly. */
  readonly provenPages: number;
  /** Cache that was read since, of which nobody knows whether it is read again; forgotten soon. */
  readonly freshPages: number;
  /** Until when nothing is forgotten, because evicted pages came back. */
  readonly restUntilMs: number;
  /** With less than this available the watch asks for a step at once. */
  readonly linePages: number;
}

interface Seen {
  readonly atMs: number;
  readonly demandPages: number;
  readonly cachePages: number;
  readonly refaultPages: number;
}

/** Before the first step. */
export const INITIAL_ADAPTIVE_STATE: AdaptiveState = Object.freeze({
  seen: null,
  provenPages: 0,
  freshPages: 0,
  restUntilMs: 0,
  linePages: 0,
});

/** Cache that was never missed is forgotten over this time, cache that was missed over the longer one. */
const FRESH_MS = 150_000;
const PROVEN_MS = 2_400_000;

/** After a miss nothing is forgotten for this long. */
const REST_MS = 30_000;

/** Fewer refaults between two steps than this share of the guest's RAM are chance. */
const REFAULT_SHARE = 1 / 2048;

/** A rise is reckoned to go on for this long, and to have taken a watch and its answer at least. */
const RISE_MS = 1000;
const LEAST_RISE_MS = 400;

/** The watch asks for a step once a quarter of the headroom is gone. */
const LINE_SHARE = 3 / 4;

/**
 * The goal by what is in use instead of what is committed, in pages: memory that is not available, the cache that the
 * guest was seen to need, and the guard's headroom, more while demand rises. What of the cache is needed is learnt as
 * Linux's own lists learn it (mm/workingset.c): what was just read may be needed, what was evicted and came back is.
 * Null where a reading is missing that this needs. `risePages` is the rise of demand that the guard reckons with.
 */
export function adaptiveGoal(
  before: AdaptiveState,
  observation: CompleteObservation,
  risePages: number,
  tunables: Tunables,
  nowMs: number,
): { readonly state: AdaptiveState; readonly goalPages: number } | null {
  const seen = look(observation, nowMs);
  if (seen === null) return null;
  const { provenPages, freshPages, restUntilMs } = learn(before, seen, observation.totalramPages);
  const keepPages = provenPages + freshPages;
  const room = headroomPages(risePages, maximumTarget(observation), tunables, observation.pageBytes);
  return {
    state: { seen, provenPages, freshPages, restUntilMs, linePages: keepPages + room * LINE_SHARE },
    goalPages: Math.ceil(seen.demandPages + keepPages + room + comingPages(before.seen, seen)),
  };
}

function look(observation: CompleteObservation, atMs: number): Seen | null {
  const { totalramPages, totalreservePages, availablePages, freePages, refaultPages } = observation;
  if (availablePages === null || freePages === null || refaultPages === null) return null;
  // What is available is what is free above the reserve, and the cache.
  const cachePages = Math.max(0, availablePages - Math.max(0, freePages - totalreservePages));
  return { atMs, demandPages: Math.max(0, totalramPages - availablePages), cachePages, refaultPages };
}

type Learnt = Pick<AdaptiveState, "provenPages" | "freshPages" | "restUntilMs">;

function learn(before: AdaptiveState, now: Seen, totalramPages: number): Learnt {
  const last = before.seen;
  const { provenPages, restUntilMs } = before;
  if (last === null) return { provenPages, freshPages: Math.min(now.cachePages, totalramPages), restUntilMs };
  // A counter that went backwards means a reboot.
  const refaults = Math.max(0, now.refaultPages - last.refaultPages);
  if (refaults > totalramPages * REFAULT_SHARE) return prove(before, now, refaults, totalramPages);
  const freshPages = before.freshPages + Math.max(0, now.cachePages - last.cachePages);
  const forgottenMs = now.atMs < restUntilMs ? 0 : now.atMs - last.atMs;
  return capped(
    provenPages * Math.exp(-forgottenMs / PROVEN_MS),
    freshPages * Math.exp(-forgottenMs / FRESH_MS),
    restUntilMs,
    totalramPages,
  );
}

/** The cache that there is was not enough: it and what came back is needed. */
function prove(before: AdaptiveState, now: Seen, refaults: number, totalramPages: number): Learnt {
  const neededPages = now.cachePages + refaults;
  const freshPages = Math.max(0, before.provenPages + before.freshPages - neededPages);
  return capped(neededPages, freshPages, now.atMs + REST_MS, totalramPages);
}

function capped(proven: number, fresh: number, restUntilMs: number, totalramPages: number): Learnt {
  const provenPages = Math.min(proven, totalramPages);
  return { provenPages, freshPages: Math.min(fresh, totalramPages - provenPages), restUntilMs };
}

/** What a rise of demand will take until it can be answered. */
function comingPages(last: Seen | null, now: Seen): number {
  if (last === null) return 0;
  const risePages = Math.max(0, now.demandPages - last.demandPages);
  return (risePages * RISE_MS) / Math.max(LEAST_RISE_MS, now.atMs - last.atMs);
}
