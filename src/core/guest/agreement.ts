import type { Decision } from "../decision.ts";
import type { Observation } from "../observation.ts";

/**
 * Hold a decision whose numbers can't all be true: a guest that runs with nothing or has more than its balloon can leave it,
 * or a target outside of what the balloon can leave. A guest, its hypervisor or a reading torn by a change said something
 * wrong; whatever it was, it costs that guest one step.
 */
export function heldIfContradictory(decision: Decision, observation: Observation): Decision {
  const { balloonTargetPages } = decision;
  if (balloonTargetPages === null || isPossible(balloonTargetPages, observation)) return decision;
  return { ...decision, targetPages: null, balloonTargetPages: null, reason: "contradictory" };
}

function isPossible(targetPages: number, { balloonCurrentPages, balloonMaxPages }: Observation): boolean {
  if (!Number.isSafeInteger(targetPages)) return false;
  const maxPages = balloonMaxPages ?? Number.POSITIVE_INFINITY;
  const canHave = (pages: number): boolean => pages > 0 && pages <= maxPages;
  return canHave(targetPages) && (balloonCurrentPages === null || canHave(balloonCurrentPages));
}
