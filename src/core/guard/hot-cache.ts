import type { CompleteObservation } from "../observation.ts";
import type { Changes } from "./changes.ts";
import { usedPages } from "./in-use.ts";
import type { GuardInput } from "./input.ts";

/** The page cache that a guest is reckoned to need, in pages. */
export interface NeededCache {
  /** Cache that came back soon after it was evicted; forgotten slowly. */
  readonly provenPages: number;
  /** Cache that was read since, of which nobody knows whether it is read again; forgotten soon. */
  readonly freshPages: number;
  /** By how much the cache grew since the last step: so much again may be read until the next one. */
  readonly growthPages: number;
  /** Until when nothing is forgotten, because too much was taken. */
  readonly restUntilMs: number;
}

/** Nothing is known, or nothing can be read. */
export const NO_NEEDED_CACHE: NeededCache = Object.freeze({
  provenPages: 0,
  freshPages: 0,
  growthPages: 0,
  restUntilMs: 0,
});

/** Cache that was never missed is forgotten over this time, cache that was missed over the longer one. */
const FRESH_MS = 180_000;
const PROVEN_MS = 2_400_000;

/** After something was missed nothing is forgotten for this long, or in proportion where tasks waited less than so long. */
const REST_MS = 30_000;
const COSTLY_WAIT_MS = 150;

/** ... but for so many steps in any case: what a step took may be missed some steps later. */
const MIN_REST_STEPS = 6;

/** Where some task waits for memory for a larger part of the time, pages that come back from swap are hot. */
const COSTLY_SHARE = 1 / 5;

/** Fewer pages between two steps than this share of the guest's RAM are chance. */
const CHANCE_SHARE = 1 / 2048;

/** What must be kept of the cache, in pages. */
export function keptPages({ provenPages, freshPages }: NeededCache): number {
  return provenPages + freshPages;
}

/**
 * Learn what of the cache is needed as Linux's own lists learn it (mm/workingset.c): what was just read may be needed,
 * what was evicted and came back is. What is forgotten is taken a little at a time, and comes back if it was needed.
 * Where refaults or the cache's size can't be read, nothing is known.
 */
export function followCache(before: NeededCache, input: GuardInput): NeededCache {
  const { last, observation, changes } = input;
  const cachePages = cachePagesOf(observation);
  const lastPages = last === null ? null : cachePagesOf(last);
  // Nothing to compare with, as after a reboot: what is missed will come back.
  if (cachePages === null || lastPages === null || changes.refaultPages === null) return NO_NEEDED_CACHE;
  const grownPages = Math.max(0, cachePages - lastPages);
  const chancePages = observation.totalramPages * CHANCE_SHARE;
  const swappedPages = changes.swapOutPages ?? 0;
  const missedPages = changes.refaultPages + hotSwappedPages(changes);
  if (missedPages > chancePages) return prove(before, input, cachePages + missedPages, grownPages);
  if (swappedPages > chancePages) return makeRoom(before, input, swappedPages, grownPages);
  return forget(before, input, grownPages);
}

/**
 * What went to swap and came back meanwhile, where that cost something: it was needed too. Cold pages come back now and then
 * and say nothing of the cache; pages that self-shrinking brings back went to swap long ago.
 */
function hotSwappedPages({ swapOutPages, swapInPages, someShare }: Changes): number {
  const isCostly = (someShare ?? 1) > COSTLY_SHARE;
  return isCostly ? Math.min(swapOutPages ?? 0, swapInPages ?? 0) : 0;
}

/** The cache that there is was not enough: it and what came back is needed. */
function prove(before: NeededCache, input: GuardInput, provenPages: number, grownPages: number): NeededCache {
  const freshPages = Math.max(0, keptPages(before) - provenPages);
  return needed(input, provenPages, freshPages, grownPages, restUntil(before, input));
}

/** The kernel found no more cold cache, and swapped: it gets room for as much as that. */
function makeRoom(before: NeededCache, input: GuardInput, swappedPages: number, grownPages: number): NeededCache {
  const freshPages = before.freshPages + grownPages + swappedPages;
  return needed(input, before.provenPages, freshPages, grownPages, restUntil(before, input));
}

/** What cost little is taken again sooner, and where nobody knows what it cost, it cost much (PSI `some`). */
function restUntil(before: NeededCache, { changes: { someShare, elapsedMs }, nowMs }: GuardInput): number {
  const waitedMs = someShare === null ? COSTLY_WAIT_MS : someShare * elapsedMs;
  const restMs = Math.max(REST_MS * (waitedMs / COSTLY_WAIT_MS), MIN_REST_STEPS * elapsedMs);
  return Math.max(before.restUntilMs, nowMs + Math.min(REST_MS, restMs));
}

function forget(before: NeededCache, input: GuardInput, grownPages: number): NeededCache {
  const { provenPages, restUntilMs } = before;
  const freshPages = before.freshPages + grownPages;
  const elapsedMs = input.nowMs < restUntilMs ? 0 : input.changes.elapsedMs;
  const provenLeft = provenPages * Math.max(0, 1 - elapsedMs / PROVEN_MS);
  const freshLeft = freshPages * Math.max(0, 1 - elapsedMs / FRESH_MS);
  return needed(input, provenLeft, freshLeft, grownPages, restUntilMs);
}

/** However much a guest tells, no more than its RAM. One literal: a step is too short for spreading. */
function needed(
  { observation: { totalramPages } }: GuardInput,
  proven: number,
  fresh: number,
  grown: number,
  restUntilMs: number,
): NeededCache {
  const provenPages = Math.min(proven, totalramPages);
  const freshPages = Math.min(fresh, totalramPages - provenPages);
  return { provenPages, freshPages, growthPages: Math.min(grown, totalramPages), restUntilMs };
}

/** What is available is what is free above the reserve, and the cache. Null where it can't be told, or never be missed. */
function cachePagesOf(observation: CompleteObservation): number | null {
  const { availablePages, freePages, totalreservePages, refaultPages } = observation;
  if (availablePages === null || freePages === null || refaultPages === null) return null;
  return Math.max(0, availablePages - Math.max(0, freePages - totalreservePages));
}

/** The page cache that the guest needs stays beside the memory in use. */
export const hotCache = {
  sentence: "Cache that was read lately, or came back after it was evicted, stays beside the memory in use.",
  minTargetPages: ({ cache }: { readonly cache: NeededCache }, input: GuardInput): number => {
    const cachePages = Math.floor(keptPages(cache) + cache.growthPages);
    return cachePages === 0 ? 0 : usedPages(input) + cachePages;
  },
};
