import { notDoneText } from "../core/not-done.ts";
import { CLAMPS } from "../core/reasons.ts";
import { SENTENCE_LENGTH, shownText } from "../core/shown-text.ts";
import { BYTES_PER_MIB } from "../core/units.ts";
import { bytesText } from "../view/amounts.ts";
import { reasonText } from "../view/reason-text.ts";
import { heldText } from "../view/why-text.ts";
import type { GuestView } from "./model.ts";

/** Why the guest has what it has, in sentences. */
export function explain(view: GuestView): readonly string[] {
  const { figures, observation, decision, problem, wantedPages } = view;
  const sentences =
    problem === null ? [] : [`It can't be read or moved now: ${shownText(problem.message, SENTENCE_LENGTH)}.`];
  const held = heldText(view);
  if (held !== null) sentences.push(held);
  if (figures === null || decision === null) return [...sentences, "It was not stepped yet."];
  const { currentBytes, targetBytes, goalBytes, floorBytes } = figures;
  const should = targetBytes === null ? "" : `, and should have ${bytesText(targetBytes)}`;
  sentences.push(`It has ${bytesText(currentBytes)}${should}.`, reasonText(decision, observation, wantedPages));
  sentences.push(...decision.clamps.map((clamp) => CLAMPS[clamp]));
  const notDone = notDoneText(view);
  if (notDone !== "") sentences.push(notDone);
  if (goalBytes !== null) sentences.push(`Its goal is ${bytesText(goalBytes)}${goalParts(view, goalBytes)}.`);
  if (floorBytes !== null) sentences.push(`It never gets less than its floor, ${bytesText(floorBytes)}.`);
  return sentences;
}

/** A sum that differs by more than this has other parts: not every policy makes its goal as the driver's law does. */
const ROUNDING_BYTES = BYTES_PER_MIB;

/** What the goal is made of by the driver's law (specification, section 3); empty if that is not how it was made. */
function goalParts({ figures, observation, tunables }: GuestView, goalBytes: number): string {
  const swap = tunables.frontswap_selfshrinking === 1 ? (figures?.compressedSwapBytes ?? 0) : 0;
  const parts: readonly (readonly [number, string])[] = [
    [figures?.committedBytes ?? 0, "committed"],
    [(observation?.totalreservePages ?? 0) * (observation?.pageBytes ?? 0), "for the kernel's reserve"],
    [tunables.selfballoon_reserved_mb * BYTES_PER_MIB, "of room (selfballoon_reserved_mb)"],
    [swap, "in compressed swap"],
  ];
  const sumBytes = parts.reduce((sum, [bytes]) => sum + bytes, 0);
  if (Math.abs(sumBytes - goalBytes) > ROUNDING_BYTES) return "";
  const words = parts.filter(([bytes]) => bytes > 0).map(([bytes, what]) => `${bytesText(bytes)} ${what}`);
  return `: ${words.join(" + ")}`;
}
