import { COLUMNS } from "../guest-columns.ts";
import type { Effect, Wish } from "./key-rows.ts";
import { scrolledBy } from "./listing.ts";
import { type Mode, sortedBy, type TopModel } from "./model.ts";
import { NO_GUEST, withNotice } from "./order.ts";
import { selectedGuest, withMove } from "./selection.ts";

/** Look at something else, from its beginning. */
export function withMode(model: TopModel, mode: Mode): TopModel {
  return { ...model, mode, offset: 0 };
}

/** Out of a text, the search, the selection; then there is nothing to go back from. */
export function back(model: TopModel): TopModel | Wish {
  if (model.mode !== "list" && model.mode !== "search") return withMode(model, "list");
  if (model.mode === "search" || model.filter !== "") return { ...model, mode: "list", filter: "" };
  return model.selected === null ? "quit" : { ...model, selected: null };
}

/** All of the selected guest, or back to the list. */
export function details(model: TopModel): TopModel {
  if (model.mode !== "list") return withMode(model, "list");
  return selectedGuest(model) === null ? withNotice(model, NO_GUEST, true) : withMode(model, "details");
}

/** Go so far down, in guests or lines, by how many of them are in view. */
export function move(by: (inView: number) => number): Effect<TopModel> {
  return (model, { rows, lines, beyond }) => {
    if (model.mode !== "details" && model.mode !== "help") return withMove(model, by(rows), rows);
    return { ...model, offset: scrolledBy(model.offset, by(lines), beyond) };
  };
}

/** Sort by the column so far to the right; beyond the last comes the first. */
export function sort(aside: number): Effect<TopModel> {
  return (model) => {
    const keys = COLUMNS.flatMap((column) => (column.key === null ? [] : [column.key]));
    const place = (keys.indexOf(model.sorting.key) + aside + keys.length) % keys.length;
    return sortedBy(model, keys[place] ?? "guest");
  };
}
