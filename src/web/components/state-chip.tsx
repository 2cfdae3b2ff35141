import { stateLabel } from "../../view/guest-rows.ts";
import { isFault } from "../../view/problem-words.ts";
import { toneOf } from "../../view/reason-words.ts";
import { whyText } from "../../view/why-text.ts";
import type { GuestView } from "../model.ts";

/** The guest's state in a word, with the sentence behind it on hover. */
export function StateChip({ view }: { readonly view: GuestView }) {
  const { decision, problem, paused, released } = view;
  const isHeld = problem !== null || paused || released || decision === null;
  const tone = problem !== null && isFault(problem) ? "alarm" : isHeld ? "hold" : toneOf(decision.reason);
  const about = whyText(view, "No step was taken yet.");
  return (
    <span class={`chip tone-${tone}`} title={about}>
      {stateLabel(view)}
    </span>
  );
}
