import { REASONS } from "../../core/reasons.ts";
import type { GuestView } from "../model.ts";
import { stateLabel } from "../rows.ts";
import { toneOf } from "../why.ts";

/** The guest's state in a word, with the sentence behind it on hover. */
export function StateChip({ view }: { readonly view: GuestView }) {
  const { decision, problem, paused } = view;
  const tone = problem !== null ? "alarm" : paused || decision === null ? "hold" : toneOf(decision.reason);
  const about = problem ?? (decision === null ? "No step was taken yet." : REASONS[decision.reason]);
  return (
    <span class={`chip tone-${tone}`} title={about}>
      {stateLabel(view)}
    </span>
  );
}
