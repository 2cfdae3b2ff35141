import type { Gift } from "../../core/control.ts";
import { problemOf } from "../../core/errors.ts";
import { SENTENCE_LENGTH, shownGuest, shownText } from "../../core/shown-text.ts";
import { partialGiftTexts } from "../../view/gift-text.ts";
import { isInHand } from "../../view/in-hand.ts";
import { type HandOrder, handText } from "../hold.ts";
import type { Order, TopModel } from "./model.ts";
import { selectedGuest, sortedGuests } from "./selection.ts";

/** Give an order about the selected guest, or about all that are listed if that was chosen; one at a time. */
export function withOrder(model: TopModel, what: HandOrder): TopModel {
  if (model.order !== null)
    return withNotice(model, "The daemon has not answered the order before; press again.", true);
  const guests = model.mode === "all" ? listed(model) : selected(model);
  if (guests === null) return withNotice(model, NO_GUEST, true);
  const row = model.mode === "all" ? null : selectedGuest(model);
  if (row !== null && !isInHand(row))
    return withNotice(model, `${shownGuest(row.guest)} is not managed: there is nothing to ${what}.`, true);
  const order = { what, guests };
  const asking = withNotice(model, `Asking the daemon to ${orderText(order)}.`);
  return { ...asking, mode: model.mode === "all" ? "list" : model.mode, order };
}

/** The daemon did what it was asked; \`gifts\` is what guests were given for it. */
export function withOrderDone(model: TopModel, { what, guests }: Order, gifts: readonly Gift[]): TopModel {
  return withNotice({ ...model, order: null }, [handText(guests, what), ...partialGiftTexts(gifts)].join(" "));
}

/** The daemon refused, or did not answer: it is not known to be done. */
export function withOrderFailed(model: TopModel, order: Order, thrown: unknown): TopModel {
  const problem = shownText(problemOf(thrown), SENTENCE_LENGTH);
  return withNotice({ ...model, order: null }, `Could not ${orderText(order)}: ${problem}`, true);
}

export function withNotice(model: TopModel, text: string, isProblem = false): TopModel {
  return { ...model, notice: { text, isProblem } };
}

export const NO_GUEST = "No guest is selected: choose one with Up and Down.";

function orderText({ what, guests }: Order): string {
  const [only] = guests;
  if (only === undefined) return `${what} all guests`;
  return `${what} ${guests.length === 1 ? shownGuest(only) : `the ${guests.length} guests that were found`}`;
}

function selected(model: TopModel): readonly string[] | null {
  const row = selectedGuest(model);
  return row === null ? null : [row.guest];
}

/** All guests, or all that the search finds; null if it finds none. */
function listed(model: TopModel): readonly string[] | null {
  if (model.filter === "") return [];
  const found = sortedGuests(model);
  return found.length === 0 ? null : found.map(({ guest }) => guest);
}
