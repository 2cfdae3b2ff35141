import type { Paint } from "./paint.ts";
import { fitText, textColumns } from "./terminal-text.ts";

/** One column of a table, declared once for the screen and for plain output. */
export interface Column<Row, Key extends string> {
  readonly heading: string;
  /** What pressing a key sorts it by; null: nothing. */
  readonly key: Key | null;
  readonly isNumber: boolean;
  /** The fewest and the most columns of the screen that it takes. */
  readonly min: number;
  readonly max: number;
  /** Where the screen is too narrow for all, those with the lowest come first; 0 is always there. */
  readonly dispensable: number;
  text(row: Row): string;
}

/** A column and the columns of the screen that it has. */
export interface Laid<Of extends Column<never, string>> {
  readonly column: Of;
  readonly width: number;
}

/** Blank columns between two. */
export const GAP = 2;

/** Choose the columns that fit into `width`, and how wide each is: as wide as its longest text, up to its most. */
export function layOutColumns<Row, Key extends string>(
  all: readonly Column<Row, Key>[],
  rows: readonly Row[],
  width: number,
): readonly Laid<Column<Row, Key>>[] {
  const columns = fitting(all, width);
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

/** The heading of columns; the one that rows are sorted by stands out. */
export function headingLine<Row, Key extends string>(
  laid: readonly Laid<Column<Row, Key>>[],
  sortedBy: Key | null,
  paint: Paint,
): string {
  const cells = laid.map(({ column, width }) => {
    const text = fitText(column.heading, width, column.isNumber);
    return paint(column.key !== null && column.key === sortedBy ? "inverse" : "bold", text);
  });
  return cells.join(" ".repeat(GAP));
}

/** A line of cells, the first of which is a name; one that is selected is marked after it. */
export function cellsLine([name = "", ...cells]: readonly string[], paint: Paint, isSelected: boolean): string {
  const gap = " ".repeat(GAP);
  if (!isSelected) return [name, ...cells].join(gap);
  return paint("inverse", cells.length === 0 ? name : `${name}${">".padStart(GAP)}${cells.join(gap)}`);
}

/** The columns that have room, chosen from the least dispensable on. */
function fitting<Row, Key extends string>(
  all: readonly Column<Row, Key>[],
  width: number,
): readonly Column<Row, Key>[] {
  const chosen = new Set<Column<Row, Key>>();
  for (const column of [...all].sort((a, b) => a.dispensable - b.dispensable)) {
    if (column.dispensable === 0 || minWidth([...chosen, column]) <= width) chosen.add(column);
  }
  return all.filter((column) => chosen.has(column));
}

function minWidth(columns: readonly { readonly min: number }[]): number {
  return columns.reduce((sum, { min }) => sum + min, GAP * (columns.length - 1));
}
