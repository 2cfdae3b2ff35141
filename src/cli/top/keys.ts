import { COLUMNS } from "../guest-columns.ts";
import { sortedBy, type TopModel } from "./model.ts";

/** What a key asks for that is no change of the view. */
export type Wish = "quit" | "suspend";

const WISHES: ReadonlyMap<string, Wish> = new Map([
  ["q", "quit"],
  ["escape", "quit"],
  ["ctrl+c", "quit"],
  ["ctrl+z", "suspend"],
]);

const SORTS: ReadonlyMap<string, number> = new Map([
  ["left", -1],
  ["<", -1],
  ["right", 1],
  [">", 1],
]);

/** How far a key scrolls, by how many guests are in view. */
const SCROLLS = new Map<string, (room: number) => number>([
  ["up", () => -1],
  ["k", () => -1],
  ["down", () => 1],
  ["j", () => 1],
  ["pageup", (room) => -room],
  ["pagedown", (room) => room],
  ["home", () => Number.NEGATIVE_INFINITY],
  ["end", () => Number.POSITIVE_INFINITY],
]);

/** A key that was pressed, as Node's readline names it; the letter itself where it has no name. */
export function keyName(text: string | undefined, key: { readonly name?: string; readonly ctrl?: boolean }): string {
  const name = key.name ?? text ?? "";
  return key.ctrl === true ? `ctrl+${name}` : name;
}

/** What the key asks for; null: nothing, or a change of the view. */
export function wishOf(key: string): Wish | null {
  return WISHES.get(key) ?? null;
}

/** The view after a key; `room` guests are in view at a time. Keys that mean nothing change nothing. */
export function withKey(model: TopModel, key: string, room: number): TopModel {
  const { sorting } = model;
  if (key === "r") return { ...model, sorting: { ...sorting, descending: !sorting.descending } };
  const aside = SORTS.get(key);
  if (aside !== undefined) return sortedBy(model, neighbour(sorting.key, aside));
  const scroll = SCROLLS.get(key)?.(room) ?? 0;
  const last = Math.max(0, model.guests.length - room);
  return { ...model, scrolled: Math.min(last, Math.max(0, Math.min(last, model.scrolled) + scroll)) };
}

/** The column beside the one that is sorted by; beyond the last comes the first. */
function neighbour(key: TopModel["sorting"]["key"], aside: number): TopModel["sorting"]["key"] {
  const keys = COLUMNS.flatMap((column) => (column.key === null ? [] : [column.key]));
  return keys[(keys.indexOf(key) + aside + keys.length) % keys.length] ?? "guest";
}
