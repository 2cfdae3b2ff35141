import type { Decision } from "../core/decision.ts";
import { missingReadings, type Observation } from "../core/observation.ts";
import { REASONS } from "../core/reasons.ts";

/** The reason of a step as a sentence; where a reading was missing, which one. */
export function reasonText({ reason }: Pick<Decision, "reason">, observation: Observation | null): string {
  const missing = reason === "missing" && observation !== null ? missingReadings(observation) : [];
  return missing.length === 0 ? REASONS[reason] : `${REASONS[reason]} Missing: ${missing.join(", ")}.`;
}
