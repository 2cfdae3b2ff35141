import type { Decision } from "../core/decision.ts";
import { missingReadings, type Observation, wantedRamPages } from "../core/observation.ts";
import { REASONS } from "../core/reasons.ts";
import { bytesText } from "./amounts.ts";

/**
 * The reason of a step as a sentence; where a reading was missing, which one, and where the host is full, what was wanted: in
 * pages on the balloon's side, null if that is not known.
 */
export function reasonText(
  { reason }: Pick<Decision, "reason">,
  observation: Observation | null,
  wantedPages: number | null = null,
): string {
  if (observation === null) return REASONS[reason];
  const ramPages = wantedRamPages(observation, wantedPages);
  if (reason === "host_full" && ramPages !== null)
    return `The guest wants ${bytesText(ramPages * observation.pageBytes)}, but its host has no more to give for now.`;
  const missing = reason === "missing" ? missingReadings(observation) : [];
  return missing.length === 0 ? REASONS[reason] : `${REASONS[reason]} Missing: ${missing.join(", ")}.`;
}
