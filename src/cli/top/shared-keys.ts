import type { Effect, KeyRow, Wish } from "./key-rows.ts";
import { withoutLast } from "./search.ts";

/** What a view with keys needs to know of itself. */
interface Listing {
  readonly mode: string;
  readonly filter: string;
  readonly scrolled: number;
  readonly sorting: { readonly descending: boolean };
}

type Modes<Model extends Listing> = readonly Model["mode"][];

/** Ends the view. */
export function quitKey<Model extends Listing>(modes: Modes<Model>, short: KeyRow<Model>["short"]): KeyRow<Model> {
  return { shown: "q", does: "end", short, modes, keys: { q: () => "quit" } };
}

/** Goes a step back, and at last ends the view. */
export function backKey<Model extends Listing>(
  modes: Modes<Model>,
  short: KeyRow<Model>["short"],
  back: (model: Model) => Model | Wish,
): KeyRow<Model> {
  const does = "a step back: out of a text, the search, the selection; then end";
  return { shown: "Esc", does, short, modes, keys: { escape: back } };
}

/** Moves by as much as is in view. */
export function pageKeys<Model extends Listing>(
  modes: Modes<Model>,
  move: (by: (inView: number) => number) => Effect<Model>,
): KeyRow<Model> {
  return {
    shown: "PgUp, PgDn, Home, End",
    does: "the same by a screen, and to either end",
    short: {},
    modes,
    keys: {
      pageup: move((room) => -room),
      pagedown: move((room) => room),
      home: move(() => Number.NEGATIVE_INFINITY),
      end: move(() => Number.POSITIVE_INFINITY),
    },
  };
}

/** Sorts the other way round. */
export function turnKey<Model extends Listing>(modes: Modes<Model>, short: KeyRow<Model>["short"]): KeyRow<Model> {
  const turn = (model: Model): Model => ({
    ...model,
    sorting: { ...model.sorting, descending: !model.sorting.descending },
  });
  return { shown: "o", does: "turn the order", short, modes, keys: { o: turn } };
}

/** Ends or changes a search that is typed. */
export function typingKeys<Model extends Listing>(
  modes: Modes<Model>,
  short: KeyRow<Model>["short"],
  withFound: (model: Model) => Model,
): KeyRow<Model> {
  return {
    shown: "Enter, Backspace",
    does: "while a search is typed: keep what it finds; take its last character away",
    short,
    modes,
    keys: { return: withFound, enter: withFound, backspace: withoutLast },
  };
}

/** What a terminal's own keys do. */
export function terminalKeys<Model extends Listing>(modes: Modes<Model>): KeyRow<Model> {
  return {
    shown: "Ctrl-C, Ctrl-Z",
    does: "end; suspend until the shell's fg",
    short: {},
    modes,
    keys: { "ctrl+c": () => "quit", "ctrl+z": () => "suspend" },
  };
}
