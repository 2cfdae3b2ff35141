import { shownText } from "../../core/shown-text.ts";
import type { Paint } from "../paint.ts";
import { edgesText, fitText, textColumns } from "../terminal-text.ts";
import { keysText } from "./key-rows.ts";
import { KEYS } from "./keys.ts";
import type { TopModel } from "./model.ts";

/** What is in view of how many guests or lines. */
export interface Range {
  readonly first: number;
  readonly shown: number;
  readonly of: number;
}

/** The last lines of the screen: what became of the last key or where one is, and which keys there are; `rows` of them, 1 or 2. */
export function footerLines(
  model: TopModel,
  range: Range,
  columns: number,
  rows: number,
  paint: Paint,
): readonly string[] {
  const { notice, mode, filter } = model;
  const where = whereText(model, range);
  const keys = keysText(KEYS, mode, rows === 1 ? columns - textColumns(where) - 1 : columns);
  const state = (left: string): string => {
    if (notice !== null) return paint(notice.isProblem ? "red" : "cyan", fitText(notice.text, columns));
    return paint(mode === "search" ? "bold" : "dim", edgesText(left, where, columns));
  };
  if (rows === 1) return [state(filter === "" || mode === "all" ? keys : searchText(model))];
  return [state(searchText(model)), paint("dim", fitText(keys, columns))];
}

function searchText({ mode, filter }: TopModel): string {
  if (mode === "all") return filter === "" ? "For all guests:" : `For all found by "${shownText(filter)}":`;
  if (mode === "search") return `Search: ${shownText(filter)}_`;
  return mode === "list" && filter !== "" ? `Found by "${shownText(filter)}"` : "";
}

function whereText({ mode, sorting, filter }: TopModel, { first, shown, of }: Range): string {
  const range = `${shown === 0 ? "0" : `${first + 1}-${first + shown}`} of ${of}`;
  if (mode === "details" || mode === "help") return `lines ${range}`;
  const order = sorting.descending ? "down" : "up";
  const by = sorting.key === "reason" ? "state" : sorting.key === "current" ? "has" : sorting.key;
  return `by ${by}, ${order}; ${range}${filter === "" ? "" : " found"}`;
}
