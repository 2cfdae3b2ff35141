import type { GuestRow } from "../../view/guest-row.ts";
import { selectRows } from "../../view/guest-rows.ts";
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
  const guests = sortedGuests(model);
  const first = Math.max(0, Math.min(model.scrolled, guests.length - room));
  const selected = guests.findIndex(({ guest }) => guest === model.selected);
  if (selected < 0) return first;
  return Math.max(selected - room + 1, Math.min(first, selected));
}

/** Select the guest that is `by` rows further down; where none is selected, as seen from above the first one in view. */
export function withMove(model: TopModel, by: number, room: number): TopModel {
  const guests = sortedGuests(model);
  const selected = guests.findIndex(({ guest }) => guest === model.selected);
  const from = selected < 0 ? firstInView(model, room) - 1 : selected;
  const to = Math.max(0, Math.min(guests.length - 1, from + by));
  const moved = { ...model, selected: guests[to]?.guest ?? null };
  return { ...moved, scrolled: firstInView(moved, room) };
}
