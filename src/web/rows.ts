import type { GuestView } from "./model.ts";
import { reasonLabel } from "./why.ts";

/** What the table can be sorted by. */
export type SortKey = "guest" | "reason" | "current" | "target" | "goal" | "floor" | "committed" | "swap" | "pressure";

export interface Sorting {
  readonly key: SortKey;
  readonly descending: boolean;
}

/** The rows that the table shows: those that the filter finds, in order. The filter's words are all looked for. */
export function selectRows(guests: Iterable<GuestView>, filter: string, sorting: Sorting): readonly GuestView[] {
  const words = filter
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== "");
  const found = [...guests].filter((view) => {
    const text = `${view.guest} ${stateLabel(view)}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
  const sign = sorting.descending ? -1 : 1;
  return found.sort(
    (a, b) => sign * compare(sortValue(a, sorting.key), sortValue(b, sorting.key)) || compare(a.guest, b.guest),
  );
}

/** The state in a word or two: what an operator must know first. */
export function stateLabel(view: GuestView): string {
  if (view.problem !== null) return "unreadable";
  if (view.paused) return "paused";
  return view.decision === null ? "waiting" : reasonLabel(view.decision.reason);
}

function sortValue(view: GuestView, key: SortKey): string | number | null {
  const { figures } = view;
  switch (key) {
    case "guest":
      return view.guest;
    case "reason":
      return stateLabel(view);
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
      return view.psiPercent;
  }
}

/** Numbers by size, words as people sort them (`web2` before `web10`); what is not known is least. */
function compare(a: string | number | null, b: string | number | null): number {
  if (typeof a === "string" && typeof b === "string") return WORDS.compare(a, b);
  return Number(a ?? -1) - Number(b ?? -1);
}

const WORDS = new Intl.Collator("en", { numeric: true });

/** The rows that must be drawn, of `count` rows of `rowHeight` each: first and one past the last. */
export function visibleRange(
  view: { readonly top: number; readonly height: number; readonly rowHeight: number },
  count: number,
): { readonly first: number; readonly end: number } {
  const first = Math.max(0, Math.floor(view.top / view.rowHeight) - OVERSCAN_ROWS);
  const end = Math.ceil((view.top + view.height) / view.rowHeight) + OVERSCAN_ROWS;
  return { first: Math.min(first, Math.max(0, count - 1)), end: Math.min(count, end) };
}

/** Rows drawn beyond the edge, so that scrolling and the Tab key find them there. */
const OVERSCAN_ROWS = 10;
