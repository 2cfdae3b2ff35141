import type { GuestRow } from "../view/guest-row.ts";
import type { Tone } from "../view/reason-words.ts";
import { rowTone } from "../view/standing.ts";
import { cellsLine, headingLine } from "./columns.ts";
import { type LaidGuests, layOut } from "./guest-columns.ts";
import type { Colour } from "./output.ts";
import type { Paint } from "./paint.ts";
import { fitText } from "./terminal-text.ts";

/** The colour of what asks for so much attention. */
export const TONE_COLOURS: Readonly<Record<Tone, Colour>> = {
  calm: "dim",
  down: "green",
  up: "cyan",
  hold: "yellow",
  alarm: "red",
};

/** A guest's line; its state has a colour, and one that is selected is marked before its state. */
export function rowLine(laid: LaidGuests, guest: GuestRow, paint: Paint, isSelected = false): string {
  const cells = laid.map(({ column, width }) => {
    const text = fitText(column.text(guest), width, column.isNumber);
    return column.key === "reason" ? paint(TONE_COLOURS[rowTone(guest)], text) : text;
  });
  return cellsLine(cells, paint, isSelected);
}

/** Heading and guests for plain output: in `width` columns, with the columns that fit. */
export function guestTable(guests: readonly GuestRow[], width: number, paint: Paint): readonly string[] {
  const laid = layOut(guests, width);
  const lines = [headingLine(laid, null, paint), ...guests.map((guest) => rowLine(laid, guest, paint))];
  return lines.map((line) => line.trimEnd());
}
