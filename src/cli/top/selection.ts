import type { GuestRow } from "../../view/guest-row.ts";
import { selectRows } from "../../view/guest-rows.ts";
import { firstRow, movedTo } from "./listing.ts";
import type { TopModel } from "./model.ts";

type Listed = Pick<TopModel, "guests" | "sorting" | "filter" | "selected" | "scrolled">;

/** The guests that the search finds, in the order in which they are shown. */
export function sortedGuests({ guests, sorting, filter }: Listed): readonly GuestRow[] {
  return selectRows(guests, filter, sorting);
}

/** The guest that keys are about: by name, wherever it goes in the list. Null: none, or one that the list has not. */
export function selectedGuest(model: Listed): GuestRow | null {
  return sortedGuests(model).find(({ guest }) => guest === model.selected) ?? null;
}

/** Guests above the first one that is in view where there is room for `room`: the selected one is in view. */
export function firstInView(model: Listed, room: number): number {
  return firstRow(namesOf(model), model, room);
}

/** Select the guest that is `by` rows further down; where none is selected, as seen from above the first one in view. */
export function withMove(model: TopModel, by: number, room: number): TopModel {
  return movedTo(namesOf(model), model, by, room);
}

function namesOf(model: Listed): readonly string[] {
  return sortedGuests(model).map(({ guest }) => guest);
}
