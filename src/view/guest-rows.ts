import type { GuestRow } from "./guest-row.ts";
import { problemLabel } from "./problem-words.ts";
import { reasonLabel } from "./reason-words.ts";
import { STANDINGS, type Standing, standingOf } from "./standing.ts";

/** What a table can be sorted by. */
export type SortKey =
  | "guest"
  | "reason"
  | "current"
  | "available"
  | "target"
  | "goal"
  | "floor"
  | "committed"
  | "swap"
  | "pressure";

export interface Sorting {
  readonly key: SortKey;
  readonly descending: boolean;
}

/** Whoever looks first sees those who are short first. */
export const WORST_FIRST: Sorting = { key: "reason", descending: false };

/** The rows that the filter finds, in order. The filter's words are all looked for; a standing of null is any. */
export function selectRows<Row extends GuestRow>(
  guests: Iterable<Row>,
  filter: string,
  sorting: Sorting,
  standing: Standing | null = null,
): readonly Row[] {
  const words = filter
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== "");
  const found = [...guests].filter((row) => {
    if (standing !== null && standingOf(row) !== standing) return false;
    const text = `${row.guest} ${stateLabel(row)}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
  const sign = sorting.descending ? -1 : 1;
  return found.sort(
    (a, b) => sign * compare(sortValue(a, sorting.key), sortValue(b, sorting.key)) || compare(a.guest, b.guest),
  );
}

/** The state in a word or two: what an operator must know first. */
export function stateLabel(row: GuestRow): string {
  const { problem, paused, released, decision } = row;
  if (problem !== null) return problemLabel(problem);
  const isShort = standingOf(row) === "short";
  if (paused) return isShort ? "paused, short" : "paused";
  if (released) return isShort ? "released, short" : "released";
  if (isShort && decision?.reason !== "emergency") return "memory short";
  return decision === null ? "waiting" : reasonLabel(decision.reason);
}

function sortValue(row: GuestRow, key: SortKey): string | number | null {
  const { figures } = row;
  switch (key) {
    case "guest":
      return row.guest;
    case "reason":
      return urgency(row);
    case "current":
      return figures?.currentBytes ?? null;
    case "available":
      return figures?.availableBytes ?? null;
    case "target":
      return figures?.targetBytes ?? null;
    case "goal":
      return figures?.goalBytes ?? null;
    case "floor":
      return figures?.floorBytes ?? null;
    case "committed":
      return figures?.committedBytes ?? null;
    case "swap":
      return figures?.compressedSwapBytes ?? null;
    case "pressure":
      return row.psiPercent;
  }
}

/** Worst first; of those who are short, first whoever has the smallest part of its memory available. */
function urgency(row: GuestRow): number {
  const standing = standingOf(row);
  const { availableBytes = null, currentBytes = null } = row.figures ?? {};
  const isKnown = standing === "short" && availableBytes !== null && currentBytes !== null;
  return STANDINGS.indexOf(standing) + (isKnown ? Math.min(0.99, availableBytes / Math.max(1, currentBytes)) : 0);
}

/** Numbers by size, words as people sort them (`web2` before `web10`); what is not known is least. */
function compare(a: string | number | null, b: string | number | null): number {
  if (typeof a === "string" && typeof b === "string") return WORDS.compare(a, b);
  return Number(a ?? -1) - Number(b ?? -1);
}

const WORDS = new Intl.Collator("en", { numeric: true });
