import { notDoneText } from "../core/not-done.ts";
import { CLAMPS } from "../core/reasons.ts";
import { SENTENCE_LENGTH, shownText } from "../core/shown-text.ts";
import { goalParts } from "../core/target-parts.ts";
import { bytesText } from "./amounts.ts";
import type { GuestRow } from "./guest-row.ts";
import { reasonText } from "./reason-text.ts";
import { heldText } from "./why-text.ts";

/** Why the guest has what it has, in sentences. */
export function explain(row: GuestRow): readonly string[] {
  const { figures, observation, decision, problem, wantedPages } = row;
  const sentences =
    problem === null ? [] : [`It can't be read or moved now: ${shownText(problem.message, SENTENCE_LENGTH)}.`];
  const held = heldText(row);
  if (held !== null) sentences.push(held);
  if (figures === null || decision === null) return [...sentences, "It was not stepped yet."];
  const { currentBytes, targetBytes, goalBytes, floorBytes } = figures;
  const should = targetBytes === null ? "" : `, and should have ${bytesText(targetBytes)}`;
  sentences.push(`It has ${bytesText(currentBytes)}${should}.`, reasonText(decision, observation, wantedPages));
  sentences.push(...decision.clamps.map((clamp) => CLAMPS[clamp]));
  const notDone = notDoneText(row);
  if (notDone !== "") sentences.push(notDone);
  if (goalBytes !== null) sentences.push(`Its goal is ${bytesText(goalBytes)}${goalText(row)}.`);
  if (floorBytes !== null) sentences.push(`It never gets less than its floor, ${bytesText(floorBytes)}.`);
  return sentences;
}

function goalText({ observation, decision, tunables }: GuestRow): string {
  if (observation === null || decision === null) return "";
  const parts = goalParts(observation, decision, tunables);
  if (parts.length === 0) return "";
  return `: ${parts.map(({ name, pages }) => `${bytesText(pages * observation.pageBytes)} ${name}`).join(" + ")}`;
}
