import type { TopModel } from "./model.ts";
import { sortedGuests } from "./selection.ts";

/** Longer than any name that somebody types. */
const MAX_LENGTH = 64;

/** A list that is searched by name. */
interface Searched {
  readonly mode: string;
  /** What was typed. */
  readonly filter: string;
  readonly scrolled: number;
}

/** Begin to type what is searched for. */
export function withSearch<Model extends Searched>(model: Model): Model & { readonly mode: "search" } {
  return { ...model, mode: "search", filter: "" };
}

/** Stop typing: what was found stays alone in the list, and the first of it is selected unless one of it was. */
export function withFound(model: TopModel): TopModel {
  const found = sortedGuests(model);
  const isFound = found.some(({ guest }) => guest === model.selected);
  const selected = model.filter === "" || isFound ? model.selected : (found[0]?.guest ?? null);
  return { ...model, mode: "list", selected };
}

/** The search without its last character. */
export function withoutLast<Model extends Searched>(model: Model): Model {
  return { ...model, filter: Array.from(model.filter).slice(0, -1).join("") };
}

/** The search with one character more; what is no character changes nothing. */
export function withTyped<Model extends Searched>(model: Model, text: string): Model {
  const isCharacter = /^[^\p{C}]$/u.test(text);
  return isCharacter && model.filter.length < MAX_LENGTH
    ? { ...model, filter: model.filter + text, scrolled: 0 }
    : model;
}
