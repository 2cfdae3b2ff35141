import type { Decision } from "./decision.ts";
import type { Observation } from "./observation.ts";

/** A decision, and whether it was made in a dry run. */
interface Decided {
  readonly decision: Pick<Decision, "targetPages"> | null;
  readonly observation: Pick<Observation, "totalramPages"> | null;
  readonly dryRun: boolean;
}

/** That a dry run did not move the target, as a sentence; empty if it is none, or if there was nothing to move. */
export function notDoneText({ decision, observation, dryRun }: Decided): string {
  const moves = decision?.targetPages != null && decision.targetPages !== observation?.totalramPages;
  return moves && dryRun ? "Not done: this is a dry run." : "";
}
