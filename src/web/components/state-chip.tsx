import { stateLabel } from "../../view/guest-rows.ts";
import { isBelowLine, rowTone, STANDING_MEANINGS } from "../../view/standing.ts";
import { whyText } from "../../view/why-text.ts";
import type { GuestView } from "../model.ts";

/** The guest's state in a word, with the sentence behind it on hover. */
export function StateChip({ view }: { readonly view: GuestView }) {
  const why = whyText(view, "No step was taken yet.");
  const about = view.problem === null && isBelowLine(view) ? STANDING_MEANINGS.short : why;
  return (
    <span class={`chip tone-${rowTone(view)}`} title={about}>
      {stateLabel(view)}
    </span>
  );
}
