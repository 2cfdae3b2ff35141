import { shownGuest } from "../core/shown-text.ts";
import { bytesText, percentText } from "../view/amounts.ts";
import type { GuestRow } from "../view/guest-row.ts";
import { type SortKey, stateLabel } from "../view/guest-rows.ts";
import { whyText } from "../view/why-text.ts";
import { textColumns } from "./terminal-text.ts";

/** One column of the table, declared once for the screen and for plain output. */
export interface Column {
  readonly heading: string;
  /** What pressing a key sorts it by; null: nothing. */
  readonly key: SortKey | null;
  readonly isNumber: boolean;
  /** The fewest and the most columns of the screen that it takes. */
  readonly min: number;
  readonly max: number;
  /** Where the screen is too narrow for all, those with the lowest come first; 0 is always there. */
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
    min: 10,
    max: 32,
    dispensable: 0,
    text: ({ guest }) => shownGuest(guest),
  },
  { heading: "STATE", key: "reason", isNumber: false, min: 12, max: 15, dispensable: 0, text: stateLabel },
  memory("HAS", "current", 0, (of) => of.currentBytes),
  memory("AVAIL", "available", 1, (of) => of.availableBytes),
  memory("TARGET", "target", 2, (of) => of.targetBytes),
  memory("GOAL", "goal", 4, (of) => of.goalBytes),
  memory("FLOOR", "floor", 8, (of) => of.floorBytes),
  memory("COMMITTED", "committed", 6, (of) => of.committedBytes),
  memory("SWAP", "swap", 7, (of) => of.compressedSwapBytes),
  {
    heading: "PSI",
    key: "pressure",
    isNumber: true,
    min: 5,
    max: 5,
    dispensable: 3,
    text: ({ psiPercent }) => (psiPercent === null ? "-" : percentText(psiPercent)),
  },
  {
    heading: "WHY",
    key: null,
    isNumber: false,
    min: 32,
    max: 4096,
    dispensable: 5,
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
  const columns = fitting(width);
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

/** The columns that have room, chosen from the least dispensable on. */
function fitting(width: number): readonly Column[] {
  const chosen = new Set<Column>();
  for (const column of [...COLUMNS].sort((a, b) => a.dispensable - b.dispensable)) {
    if (column.dispensable === 0 || minWidth([...chosen, column]) <= width) chosen.add(column);
  }
  return COLUMNS.filter((column) => chosen.has(column));
}

function minWidth(columns: readonly Column[]): number {
  return columns.reduce((sum, { min }) => sum + min, GAP * (columns.length - 1));
}
