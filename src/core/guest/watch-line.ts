import type { Decision } from "../decision.ts";
import { emergencyLinePages } from "../guard/emergency.ts";
import { headroomPages } from "../guard/headroom.ts";
import { keptPages } from "../guard/hot-cache.ts";
import { isComplete, type Observation } from "../observation.ts";
import type { Tunables } from "../tunables.ts";
import { maximumTarget } from "./law.ts";
import type { GuestState } from "./step.ts";

/** The watch asks for a step once a quarter of the headroom is gone. */
const LINE_SHARE = 3 / 4;

/**
 * What must be available until the next step, in pages: with less the watch asks for a step at once. It is the cache
 * that the guest needs and most of the headroom, so that a rise is answered before the kernel swaps, and before it is
 * an emergency. Null while the guest has all that it may have, or while nothing is known of it. All arguments are those
 * of the last step.
 */
export function watchLinePages(
  state: GuestState,
  observation: Observation,
  decision: Pick<Decision, "targetPages">,
  tunables: Tunables,
): number | null {
  if (!isComplete(observation)) return null;
  const maximumPages = maximumTarget(observation);
  if ((decision.targetPages ?? observation.totalramPages) >= maximumPages) return null;
  const { risePages, cache } = state.guard;
  const emergencyPages = emergencyLinePages(maximumPages, tunables.guard_emergency_mb, observation.pageBytes);
  const room = headroomPages(risePages, maximumPages, tunables, observation.pageBytes);
  return Math.max(emergencyPages, keptPages(cache) + room * LINE_SHARE);
}
