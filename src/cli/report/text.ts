import { REASONS } from "../../core/reasons.ts";
import { SENTENCE_LENGTH, shownGuest, shownText } from "../../core/shown-text.ts";
import { bytesText } from "../../view/amounts.ts";
import { tableLines } from "../output.ts";
import type { ReportFigures, Sums } from "./figures.ts";
import { aboutText, badText, momentText, SUM_COLUMNS, warnings } from "./words.ts";
import type { Moment } from "./worst.ts";

/** Moments that fit a terminal. */
const MAX_MOMENTS = 5;

/** The report for a terminal. */
export function reportLines(figures: ReportFigures): readonly string[] {
  const { guests, together, worst } = figures;
  const about = [aboutText(figures), ...warnings(figures).map((text) => shownText(text, SENTENCE_LENGTH))];
  const rows = guests.map((one) => [shownGuest(one.guest), ...cells(one)]);
  const sum = guests.length === 1 ? [] : [["all together", ...cells(together)]];
  const headings = [
    ["guest", ...SUM_COLUMNS.map(({ heading }) => heading)],
    ["", ...SUM_COLUMNS.map(({ unit }) => unit)],
  ];
  const bad = worst.slice(0, MAX_MOMENTS).map((moment) => momentLine(moment, figures));
  const moments = bad.length === 0 ? ["No guest was short of memory."] : ["The worst moments:", ...bad];
  return [...about, "", ...tableLines(toRight([...headings, ...rows, ...sum])), "", ...moments];
}

function cells(sums: Sums): readonly string[] {
  return SUM_COLUMNS.map((column) => column.text(sums));
}

/** All columns but the first to the right, as numbers are. */
function toRight(rows: readonly (readonly string[])[]): readonly (readonly string[])[] {
  const width = (nth: number): number => Math.max(...rows.map((row) => row[nth]?.length ?? 0));
  const widths = (rows[0] ?? []).map((_, nth) => width(nth));
  return rows.map((row) => row.map((cell, nth) => (nth === 0 ? cell : cell.padStart(widths[nth] ?? 0))));
}

function momentLine(moment: Moment, figures: ReportFigures): string {
  const { atMs, guest, reason } = moment;
  const has = bytesText(moment.figures.currentBytes);
  const why = reason === null ? "" : ` ${REASONS[reason]}`;
  return `  ${momentText(atMs, figures)}  ${shownGuest(guest)}, which had ${has}: ${badText(moment)}.${why}`;
}
