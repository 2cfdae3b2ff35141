import { styleText } from "node:util";
import { shownJson } from "../core/shown-text.ts";
import { mibFromPages } from "../core/units.ts";

/** Colours only on a terminal, and never where NO_COLOR is set (no-color.org). */
const hasColours = process.stdout.isTTY && !process.env["NO_COLOR"];

/** What text may be set off by. */
export type Colour = "green" | "yellow" | "red" | "cyan" | "dim" | "bold" | "inverse";

/** `text` in a colour, where colours are wanted. */
export function coloured(colour: Colour, text: string): string {
  return hasColours ? styleText(colour, text) : text;
}

/** End quietly, as other commands do, once nobody reads our output any more (`selfballoon replay FILE | head`). */
export function endWithReader(): void {
  process.stdout.on("error", () => process.exit(0));
}

/** Print a line for people or programs. */
export function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Print a value as one line of JSON. */
export function printJson(value: unknown): void {
  print(shownJson(value));
}

/** Columns that a line of output may take: those of the terminal, and any number where there is none. */
export function outputColumns(): number {
  const { isTTY, columns } = process.stdout;
  return isTTY && columns > 0 ? columns : Number.MAX_SAFE_INTEGER;
}

/** Lines of a table with its columns aligned; the last column may be long. */
export function tableLines(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}

/** Print a table under a bold heading. */
export function printTable(heading: readonly string[], rows: readonly (readonly string[])[]): void {
  const [first = "", ...rest] = tableLines([heading, ...rows]);
  print(coloured("bold", first));
  rest.forEach(print);
}

/** Pages as people read them: `812 MiB`, or `-` where there is no number. */
export function mibText(pages: number | null, pageBytes: number): string {
  return pages === null ? "-" : `${mibFromPages(pages, pageBytes)} MiB`;
}
