import { textColumns } from "../terminal-text.ts";
import type { Press } from "./press.ts";

/** What a key asks for that is no change of the view. */
export type Wish = "quit" | "suspend";

/** What the screen has room for. */
export interface Room {
  /** Rows of the list in view at a time. */
  readonly rows: number;
  /** Lines of a text in view at a time. */
  readonly lines: number;
  /** Lines of the text that have no room. */
  readonly beyond: number;
}

/** What a key does. */
export type Effect<Model> = (model: Model, room: Room) => Model | Wish;

/** A row of the help: keys that do the same kind of thing. */
export interface KeyRow<Model extends { readonly mode: string }> {
  /** The keys as people call them. */
  readonly shown: string;
  readonly does: string;
  /** What the last line of the screen says of it, where it does. */
  readonly short: Partial<Record<Model["mode"], string>>;
  readonly modes: readonly Model["mode"][];
  /** By the keys' names (`Press`). */
  readonly keys: Readonly<Record<string, Effect<Model>>>;
}

/** What a key does in this mode, by the first row that has it there; null: nothing. */
export function effectOf<Model extends { readonly mode: string }>(
  rows: readonly KeyRow<Model>[],
  mode: Model["mode"],
  { name }: Press,
): Effect<Model> | null {
  const row = rows.find(({ modes, keys }) => modes.includes(mode) && Object.hasOwn(keys, name));
  return row?.keys[name] ?? null;
}

/** The keys that are told of in this mode, as many as fit. */
export function keysText<Model extends { readonly mode: string }>(
  rows: readonly KeyRow<Model>[],
  mode: Model["mode"],
  columns: number,
): string {
  return rows
    .flatMap(({ short }) => short[mode] ?? [])
    .reduce((line, short) => {
      const longer = line === "" ? short : `${line}  ${short}`;
      return textColumns(longer) <= columns ? longer : line;
    }, "");
}
