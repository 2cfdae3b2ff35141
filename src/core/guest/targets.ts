import type { Decision } from "../decision.ts";
import type { Observation } from "../observation.ts";

/** Whether a decision asks for another size than the balloon has, or than it is still on its way to. */
export function changesTarget(
  { balloonTargetPages }: Decision,
  { balloonCurrentPages }: Observation,
  askedPages: number | null,
): boolean {
  if (balloonTargetPages === null) return false;
  return balloonTargetPages !== balloonCurrentPages || (askedPages !== null && balloonTargetPages !== askedPages);
}

/** Whether a decision leaves the guest more than it has, or than it would have at the end of the way down it is on. */
export function asksMore(
  { balloonTargetPages }: Decision,
  { balloonCurrentPages }: Observation,
  askedPages: number | null,
): boolean {
  if (balloonTargetPages === null || balloonCurrentPages === null) return false;
  return balloonTargetPages > Math.min(askedPages ?? balloonCurrentPages, balloonCurrentPages);
}
