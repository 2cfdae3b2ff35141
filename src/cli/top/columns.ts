import { shownGuest } from "../../core/shown-text.ts";
import { bytesText, percentText } from "../../view/amounts.ts";
import { type GuestRow, type SortKey, stateLabel } from "../../view/guest-rows.ts";
import { whyText } from "../../view/why-text.ts";
import { textColumns } from "../terminal-text.ts";

/** One column of the table, declared once for the screen and for plain output. */
export interface Column {
  readonly heading: string;
  /** What pressing a key sorts it by; null: nothing. */
  readonly key: SortKey | null;
  readonly isNumber: boolean;
  /** The fewest and the most columns of the screen that it takes. */
  readonly min: number;
  readonly max: number;
  /** Where the screen is too narrow, the column with the highest goes first; 0 stays. */
  readonly dispensable: number;
  text(row: GuestRow): string;
}

const amount = (bytes: number | null | undefined): string => (bytes == null ? "-" : bytesText(bytes));

function memory(
  heading: string,
  key: SortKey,
  dispensable: number,
  read: (of: NonNullable<GuestRow["figures"]>) => number | null,
): Column {
  const text = ({ figures }: GuestRow): string => amount(figures === null ? null : read(figures));
  const width = Math.max(8, heading.length);
  return { heading, key, dispensable, isNumber: true, min: width, max: width, text };
}

/** All columns, from left to right. */
export const COLUMNS: readonly Column[] = [
  {
    heading: "GUEST",
    key: "guest",
    isNumber: false,
    min: 8,
    max: 32,
    dispensable: 0,
    text: ({ guest }) => shownGuest(guest),
  },
  { heading: "STATE", key: "reason", isNumber: false, min: 8, max: 15, dispensable: 0, text: stateLabel },
  memory("HAS", "current", 0, (of) => of.currentBytes),
  memory("TARGET", "target", 1, (of) => of.targetBytes),
  memory("GOAL", "goal", 3, (of) => of.goalBytes),
  memory("FLOOR", "floor", 6, (of) => of.floorBytes),
  memory("COMMITTED", "committed", 4, (of) => of.committedBytes),
  memory("SWAP", "swap", 5, (of) => of.compressedSwapBytes),
  {
    heading: "PSI",
    key: "pressure",
    isNumber: true,
    min: 5,
    max: 5,
    dispensable: 2,
    text: ({ psiPercent }) => (psiPercent === null ? "-" : percentText(psiPercent)),
  },
  {
    heading: "WHY",
    key: null,
    isNumber: false,
    min: 20,
    max: 4096,
    dispensable: 7,
    text: (row) => whyText(row, "No step was taken yet."),
  },
];

/** A column and the columns of the screen that it has. */
export interface Laid {
  readonly column: Column;
  readonly width: number;
}

/** Blank columns between two. */
export const GAP = 2;

/** Choose the columns that fit into `width`, and how wide each is: as wide as its longest text, up to its most. */
export function layOut(rows: readonly GuestRow[], width: number): readonly Laid[] {
  let columns = COLUMNS;
  while (minWidth(columns) > width) {
    const first = Math.max(...columns.map(({ dispensable }) => dispensable));
    if (first === 0) break;
    columns = columns.filter(({ dispensable }) => dispensable !== first);
  }
  let spare = Math.max(0, width - minWidth(columns));
  let left = width;
  return columns.flatMap((column) => {
    const longest = Math.max(column.heading.length, ...rows.map((row) => textColumns(column.text(row))));
    const wanted = Math.min(column.max, Math.max(column.min, longest));
    const given = Math.min(wanted, column.min + spare, left);
    spare -= Math.max(0, given - column.min);
    left -= given + GAP;
    return given > 0 ? [{ column, width: given }] : [];
  });
}

function minWidth(columns: readonly Column[]): number {
  return columns.reduce((sum, { min }) => sum + min, GAP * (columns.length - 1));
}
