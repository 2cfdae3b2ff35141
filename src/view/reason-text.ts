import type { Decision } from "../core/decision.ts";
import { missingReadings, type NEEDED_READINGS, type Observation, wantedRamPages } from "../core/observation.ts";
import { REASONS } from "../core/reasons.ts";
import { bytesText } from "./amounts.ts";

/** What each reading that a step can't do without is, for people. */
const READINGS: Readonly<Record<(typeof NEEDED_READINGS)[number], string>> = {
  totalramPages: "the guest's RAM",
  committedPages: "its committed memory",
  totalreservePages: "its kernel's reserve",
  maxPfn: "its highest page frame",
  balloonCurrentPages: "what the balloon says that it has",
};

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
  const named = missing.map((name) => READINGS[name]).join(", ");
  return named === "" ? REASONS[reason] : `${REASONS[reason]} Missing: ${named}.`;
}
