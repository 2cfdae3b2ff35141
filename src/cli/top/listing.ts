/** A list of which one row may be selected, by its name. */
interface Listing {
  /** The name of the row that keys are about; null: none. */
  readonly selected: string | null;
  /** Rows above the first one that is in view. */
  readonly scrolled: number;
}

/** Rows above the first one that is in view where there is room for `room`: the selected one is in view. */
export function firstRow(names: readonly string[], { selected, scrolled }: Listing, room: number): number {
  const first = Math.max(0, Math.min(scrolled, names.length - room));
  const at = selected === null ? -1 : names.indexOf(selected);
  return at < 0 ? first : Math.max(at - room + 1, Math.min(first, at));
}

/** Select the row that is `by` rows further down; where none is selected, as seen from above the first one in view. */
export function movedTo<Model extends Listing>(
  names: readonly string[],
  model: Model,
  by: number,
  room: number,
): Model {
  const at = model.selected === null ? -1 : names.indexOf(model.selected);
  const from = at < 0 ? firstRow(names, model, room) - 1 : at;
  const to = Math.max(0, Math.min(names.length - 1, from + by));
  const moved = { ...model, selected: names[to] ?? null };
  return { ...moved, scrolled: firstRow(names, moved, room) };
}

/** Lines of a text above the first one in view once it was scrolled by so many. */
export function scrolledBy(offset: number, by: number, beyond: number): number {
  return Math.max(0, Math.min(beyond, Math.min(beyond, offset) + by));
}
