import { shownGuest } from "../core/shown-text.ts";
import { bytesText, percentText } from "../view/amounts.ts";
import type { GuestRow } from "../view/guest-row.ts";
import { type SortKey, stateLabel } from "../view/guest-rows.ts";
import { whyText } from "../view/why-text.ts";
import { type Column, type Laid, layOutColumns } from "./columns.ts";

type GuestColumn = Column<GuestRow, SortKey>;

const amount = (bytes: number | null | undefined): string => (bytes == null ? "-" : bytesText(bytes));

function memory(
  heading: string,
  key: SortKey,
  dispensable: number,
  read: (of: NonNullable<GuestRow["figures"]>) => number | null,
): GuestColumn {
  const text = ({ figures }: GuestRow): string => amount(figures === null ? null : read(figures));
  const width = Math.max(8, heading.length);
  return { heading, key, dispensable, isNumber: true, min: width, max: width, text };
}

/** All columns, from left to right. */
export const COLUMNS: readonly GuestColumn[] = [
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

/** Columns of guests that fit, each with its width. */
export type LaidGuests = readonly Laid<GuestColumn>[];

/** Choose the columns that fit into `width`, as `layOutColumns` does. */
export function layOut(rows: readonly GuestRow[], width: number): LaidGuests {
  return layOutColumns(COLUMNS, rows, width);
}
