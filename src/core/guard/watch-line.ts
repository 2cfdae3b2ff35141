import type { Decision } from "../decision.ts";
import { isComplete, type Observation } from "../observation.ts";
import { maximumTarget } from "../selfballoon.ts";
import type { GuestState } from "../step.ts";
import type { Tunables } from "../tunables.ts";
import { emergencyLinePages } from "./emergency.ts";

/**
 * What must be available until the next step, in pages: with less the watch asks for a step at once. It is the line of
 * an emergency, or where the policy wants to know earlier. Null while the guest has all that it may have, or while
 * nothing is known of it. All arguments are those of the last step.
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
  const emergencyPages = emergencyLinePages(maximumPages, tunables.guard_emergency_mb, observation.pageBytes);
  return Math.max(emergencyPages, state.adaptive?.linePages ?? 0);
}
