import type { Decision } from "../decision.ts";
import { SAFETIES } from "../guard/safeties.ts";
import { atMost } from "../limits.ts";
import type { Observation } from "../observation.ts";
import type { Reason } from "../reasons.ts";
import type { Tunables } from "../tunables.ts";
import { pagesFromMib } from "../units.ts";
import type { Need } from "./urgency.ts";

/** A guest with so many times the headroom available is out of danger. */
const SAFE_HEADROOMS = 2;

/** A guest whose whole memory is small is safe with this share of it. */
const SAFE_SHARE = 1 / 4;

/** Safeties that hold or raise a target out of caution, whatever is available at the moment. */
const CAUTIOUS: ReadonlySet<Reason> = new Set(["emergency", "back_off", "hot_cache"]);

/** What a guest has available beyond what makes it safe, in pages; negative if it lacks some. Null: not known. */
function sparePages({ availablePages, pageBytes, balloonMaxPages }: Observation, tunables: Tunables): number | null {
  if (availablePages === null) return null;
  const headroomPages = SAFE_HEADROOMS * pagesFromMib(tunables.guard_headroom_mb, pageBytes);
  return availablePages - Math.min(headroomPages, Math.floor((balloonMaxPages ?? headroomPages) * SAFE_SHARE));
}

/** What it has free beyond its kernel's reserve and what makes it safe, in pages; negative if less. Null: not known. */
function spareFreePages(observation: Observation, tunables: Tunables): number | null {
  const { freePages, totalreservePages } = observation;
  if (freePages === null || totalreservePages === null) return null;
  return sparePages({ ...observation, availablePages: freePages - totalreservePages }, tunables);
}

/**
 * What a guest in an emergency waits for. One without swap lacks memory, whatever it has available: it is killed, or was
 * just now; and so does one of which nobody knows what it has free.
 */
export function needOf(observation: Observation, tunables: Tunables): Need {
  const spare = sparePages(observation, tunables);
  const hasSwap = (observation.swapTotalPages ?? 0) > 0;
  return spare === null || spare < 0 || !hasSwap || spareFreePages(observation, tunables) === null ? "lack" : "cache";
}

/**
 * What the guard found that the guest needs, in pages on the balloon's side, without what is held out of caution alone; 0
 * if only the law spoke.
 */
export function neededPages(decision: Decision, observation: Observation, tunables: Tunables): number {
  const { balloonTargetPages, reason } = decision;
  if (balloonTargetPages === null || !Object.hasOwn(SAFETIES, reason)) return 0;
  const spare = CAUTIOUS.has(reason) ? sparePages(observation, tunables) : null;
  if (spare === null || spare <= 0) return balloonTargetPages;
  return Math.min(balloonTargetPages, (observation.balloonCurrentPages ?? balloonTargetPages) - spare);
}

/**
 * Where a host is short, caution for one guest must not cost another its life: a guest gets what makes it safe, and not
 * all that it may have. What it still lacks then, it gets at the next look.
 */
export function onlyNeeded(decision: Decision, observation: Observation, tunables: Tunables): Decision {
  const spare = sparePages(observation, tunables);
  const { balloonCurrentPages } = observation;
  if (!CAUTIOUS.has(decision.reason) || spare === null || balloonCurrentPages === null) return decision;
  return atMost(decision, balloonCurrentPages + Math.max(0, -spare), "host");
}

/**
 * A guest in an emergency that does not lack memory now: its cache grows, or what was swapped out comes back, as long as it
 * leaves little free.
 */
export function onlyGrowing(decision: Decision, observation: Observation, tunables: Tunables): Decision {
  const { balloonCurrentPages } = observation;
  if (balloonCurrentPages === null) return decision;
  const spareFree = spareFreePages(observation, tunables) ?? 0;
  return atMost(decision, balloonCurrentPages + Math.max(0, -spareFree), "host");
}

/**
 * Another guest runs short of memory now: one that is safe yields what it has beyond that, down to `minPages` pages on
 * the balloon's side, though a safety holds it out of caution. What it uses stays, and its cache does where the other one
 * waits for its own.
 */
export function yieldSpare(
  decision: Decision,
  observation: Observation,
  tunables: Tunables,
  minPages: number,
  waitingFor: Need,
): Decision {
  const spare = waitingFor === "cache" ? spareFreePages(observation, tunables) : sparePages(observation, tunables);
  const { balloonCurrentPages } = observation;
  if (!CAUTIOUS.has(decision.reason) || spare === null || spare <= 0 || balloonCurrentPages === null) return decision;
  const maxPages = Math.max(minPages, balloonCurrentPages - spare);
  if (maxPages >= balloonCurrentPages) return decision;
  return { ...atMost(decision, maxPages, "share"), reason: "yields" };
}

/**
 * Another guest runs short of memory now: one whose claims are not believed yields what its process does not hold, down to
 * `minPages` pages on the balloon's side, whatever it says that it uses.
 */
export function yieldDoubted(decision: Decision, { balloonCurrentPages }: Observation, minPages: number): Decision {
  const { balloonTargetPages } = decision;
  if (balloonTargetPages === null || balloonCurrentPages === null || balloonTargetPages <= minPages) return decision;
  const cut = atMost(decision, Math.min(balloonCurrentPages, minPages), "share");
  return { ...cut, reason: "doubted" };
}

/** Cut a decision at what its host has, `maxPages` pages on the balloon's side: then the guest gets what is `needed` of it. */
export function atMostGranted(
  wanted: Decision,
  needed: Decision,
  { balloonCurrentPages }: Observation,
  maxPages: number,
): Decision {
  if (wanted.balloonTargetPages === null || balloonCurrentPages === null) return wanted;
  if (wanted.balloonTargetPages <= maxPages) return wanted;
  const granted = atMost(needed, maxPages, "host");
  return maxPages > balloonCurrentPages ? granted : { ...granted, reason: "host_full" };
}
