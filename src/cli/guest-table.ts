import type { GuestRow } from "../view/guest-row.ts";
import type { SortKey } from "../view/guest-rows.ts";
import type { Tone } from "../view/reason-words.ts";
import { rowTone } from "../view/standing.ts";
import { GAP, type Laid, layOut } from "./guest-columns.ts";
import type { Colour } from "./output.ts";
import { fitText } from "./terminal-text.ts";

/** Gives text a colour, or leaves it as it is where colours are not wanted. It takes no columns. */
export type Paint = (colour: Colour, text: string) => string;

/** The heading of guests' columns; the one that they are sorted by stands out. */
export function headingLine(laid: readonly Laid[], sortedBy: SortKey | null, paint: Paint): string {
  const cells = laid.map(({ column, width }) => {
    const text = fitText(column.heading, width, column.isNumber);
    return paint(column.key !== null && column.key === sortedBy ? "inverse" : "bold", text);
  });
  return cells.join(" ".repeat(GAP));
}

/** The colour of what asks for so much attention. */
export const TONE_COLOURS: Readonly<Record<Tone, Colour>> = {
  calm: "dim",
  down: "green",
  up: "cyan",
  hold: "yellow",
  alarm: "red",
};

/** A guest's line; its state has a colour, and one that is selected is marked before its state. */
export function rowLine(laid: readonly Laid[], guest: GuestRow, paint: Paint, isSelected = false): string {
  const [name = "", ...cells] = laid.map(({ column, width }) => {
    const text = fitText(column.text(guest), width, column.isNumber);
    return column.key === "reason" ? paint(TONE_COLOURS[rowTone(guest)], text) : text;
  });
  const gap = " ".repeat(GAP);
  if (!isSelected) return [name, ...cells].join(gap);
  return paint("inverse", cells.length === 0 ? name : `${name}${">".padStart(GAP)}${cells.join(gap)}`);
}

/** Heading and guests for plain output: in `width` columns, with the columns that fit. */
export function guestTable(guests: readonly GuestRow[], width: number, paint: Paint): readonly string[] {
  const laid = layOut(guests, width);
  const lines = [headingLine(laid, null, paint), ...guests.map((guest) => rowLine(laid, guest, paint))];
  return lines.map((line) => line.trimEnd());
}
