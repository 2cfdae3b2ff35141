import { shownGuest } from "../../core/shown-text.ts";
import { targetParts } from "../../core/target-parts.ts";
import { bytesText } from "../../view/amounts.ts";
import { explain } from "../../view/explanation.ts";
import { guestFacts } from "../../view/guest-facts.ts";
import type { GuestRow } from "../../view/guest-row.ts";
import { stateLabel } from "../../view/guest-rows.ts";
import { setTexts } from "../../view/set-text.ts";
import { rowTone } from "../../view/standing.ts";
import { GAP } from "../columns.ts";
import { TONE_COLOURS } from "../guest-table.ts";
import type { Paint } from "../paint.ts";
import { fitText, wrapText } from "../terminal-text.ts";

/** Columns of a name and of its value; a part of the sum has a line of its own, and more room. */
const NAME_WIDTH = 24;
const PART_WIDTH = 40;
const VALUE_WIDTH = 9;

/** All of one guest, in the words of the page: what it has, wants, and why; null: it has gone. */
export function detailLines(row: GuestRow | null, columns: number, paint: Paint): readonly string[] {
  if (row === null) return wrapText("There is no guest of this name now.", columns);
  const amount = bytesText(row.figures?.targetBytes ?? row.figures?.currentBytes);
  const bold = (text: string): string => paint("bold", fitText(text, columns));
  const set = setTexts([row]).flatMap((text) => wrapText(`${text}.`, columns));
  return [
    ...wrapText(`${shownGuest(row.guest)}: ${stateLabel(row)}`, columns).map((line) =>
      paint(TONE_COLOURS[rowTone(row)], line),
    ),
    ...set,
    bold(`Why ${amount}?`),
    ...wrapText(explain(row).join(" "), columns),
    "",
    ...factLines(guestFacts(row), columns),
    ...partLines(row, columns, bold),
  ];
}

/** Names and values beside each other, as many in a line as fit. */
function factLines(facts: readonly (readonly [string, string])[], columns: number): readonly string[] {
  const width = NAME_WIDTH + VALUE_WIDTH + 2 * GAP;
  const perLine = Math.max(1, Math.floor((columns + 2 * GAP) / width));
  const cells = facts.map(([name, value]) => factText(name, value, columns));
  const count = Math.ceil(cells.length / perLine);
  const lines = Array.from({ length: count }, (_, nth) => cells.filter((_cell, place) => place % count === nth));
  return lines.map((line) => line.join(" ".repeat(2 * GAP)));
}

function factText(name: string, value: string, columns: number, nameWidth = NAME_WIDTH): string {
  const width = Math.min(nameWidth, Math.max(0, columns - VALUE_WIDTH));
  return fitText(name, width) + fitText(value, Math.min(VALUE_WIDTH, columns), true);
}

/** What the target is made of, as a sum; nothing where that is not known. */
function partLines(row: GuestRow, columns: number, bold: (text: string) => string): readonly string[] {
  const { observation, decision, figures } = row;
  const parts = observation === null || decision === null ? [] : targetParts(observation, decision);
  if (observation === null || parts.length === 0) return [];
  const lines = parts.map(({ name, pages }, index) => {
    const sign = pages < 0 ? "-" : index > 0 ? "+" : " ";
    return factText(`${sign} ${name}`, bytesText(Math.abs(pages) * observation.pageBytes), columns, PART_WIDTH);
  });
  return [
    "",
    bold("What the target is made of"),
    ...lines,
    factText("= Target", bytesText(figures?.targetBytes), columns, PART_WIDTH),
  ];
}
