import type { GuestStatus } from "../core/control.ts";
import { HELD } from "../core/controls/hands.ts";
import { notDoneText } from "../core/not-done.ts";
import { CLAMPS } from "../core/reasons.ts";
import { SENTENCE_LENGTH, shownText } from "../core/shown-text.ts";
import { reasonText } from "./reason-text.ts";

/** What holds a guest that is not moved for now, as a sentence; null if nothing does. */
export function heldText({ paused, released }: Pick<GuestStatus, "paused" | "released">): string | null {
  if (paused) return `Paused. ${HELD.paused}`;
  return released ? `Released. ${HELD.released}` : null;
}

/** Why a guest has what it has, in one line: what is wrong, what holds it, or the reason of its last step. */
export function whyText(
  {
    problem,
    decision,
    observation,
    wantedPages,
    paused,
    released,
    dryRun,
  }: Pick<GuestStatus, "problem" | "decision" | "observation" | "wantedPages" | "paused" | "released" | "dryRun">,
  noStep: string,
): string {
  if (problem !== null) return shownText(problem.message, SENTENCE_LENGTH);
  const held = heldText({ paused, released });
  if (held !== null || decision === null) return held ?? noStep;
  const notDone = notDoneText({ decision, observation, dryRun });
  const doubt = decision.clamps.includes("doubted") ? CLAMPS.doubted : "";
  return [notDone, reasonText(decision, observation, wantedPages), doubt].filter((text) => text !== "").join(" ");
}
