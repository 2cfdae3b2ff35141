import type { GuestStatus } from "../core/control.ts";
import type { Figures } from "../core/figures.ts";
import { problemLabel } from "./problem-words.ts";
import { reasonLabel } from "./reason-words.ts";

/** A guest as a table shows it. */
export interface GuestRow extends GuestStatus {
  readonly figures: Figures | null;
  /** Time in which some task waited for memory since the step before, in percent. */
  readonly psiPercent: number | null;
}

/** What a table can be sorted by. */
export type SortKey = "guest" | "reason" | "current" | "target" | "goal" | "floor" | "committed" | "swap" | "pressure";

export interface Sorting {
  readonly key: SortKey;
  readonly descending: boolean;
}

/** The rows that the filter finds, in order. The filter's words are all looked for. */
export function selectRows<Row extends GuestRow>(
  guests: Iterable<Row>,
  filter: string,
  sorting: Sorting,
): readonly Row[] {
  const words = filter
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== "");
  const found = [...guests].filter((row) => {
    const text = `${row.guest} ${stateLabel(row)}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
  const sign = sorting.descending ? -1 : 1;
  return found.sort(
    (a, b) => sign * compare(sortValue(a, sorting.key), sortValue(b, sorting.key)) || compare(a.guest, b.guest),
  );
}

/** The state in a word or two: what an operator must know first. */
export function stateLabel(row: GuestStatus): string {
  if (row.problem !== null) return problemLabel(row.problem);
  if (row.paused) return "paused";
  if (row.released) return "released";
  return row.decision === null ? "waiting" : reasonLabel(row.decision.reason);
}

function sortValue(row: GuestRow, key: SortKey): string | number | null {
  const { figures } = row;
  switch (key) {
    case "guest":
      return row.guest;
    case "reason":
      return stateLabel(row);
    case "current":
      return figures?.currentBytes ?? null;
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

/** Numbers by size, words as people sort them (`web2` before `web10`); what is not known is least. */
function compare(a: string | number | null, b: string | number | null): number {
  if (typeof a === "string" && typeof b === "string") return WORDS.compare(a, b);
  return Number(a ?? -1) - Number(b ?? -1);
}

const WORDS = new Intl.Collator("en", { numeric: true });
