import { tableLines } from "../output.ts";
import type { SimulationScore } from "../ports.ts";
import { type Result, slowDownPercent } from "./run.ts";

/** One column of the scores, declared once for the terminal, the report and the documentation. */
export interface ScoreColumn {
  readonly heading: string;
  readonly unit: string;
  readonly meaning: string;
  text(result: Result): string;
}

const fixed = (name: keyof SimulationScore, digits: number) => (result: Result) => result.score[name].toFixed(digits);

/** The columns, the most important first. */
export const SCORE_COLUMNS: readonly ScoreColumn[] = [
  { heading: "held", unit: "GiB min", meaning: "memory held over time", text: fixed("heldGibMinutes", 1) },
  {
    heading: "saved",
    unit: "%",
    meaning: "the part of what is held where no balloon moves that was not held",
    text: ({ savedPercent }) => savedPercent.toFixed(1),
  },
  {
    heading: "of most",
    unit: "%",
    meaning:
      "that as a part of what could be saved at the most without shortage, by whoever knew what programs are about to want",
    text: ({ ofMaxPercent }) => ofMaxPercent?.toFixed(0) ?? "-",
  },
  { heading: "OOM", unit: "kills", meaning: "processes killed for lack of memory", text: fixed("oomKills", 0) },
  {
    heading: "short",
    unit: "s",
    meaning: "time in which a guest's programs lacked memory that they needed, summed over the guests",
    text: fixed("shortageSeconds", 1),
  },
  {
    heading: "worst",
    unit: "MiB",
    meaning: "the most that the programs of one guest lacked",
    text: fixed("worstShortageMib", 0),
  },
  {
    heading: "slower",
    unit: "%",
    meaning: "the part of their time in which programs waited for memory",
    text: ({ score }) => slowDownPercent(score).toFixed(2),
  },
  {
    heading: "refaults",
    unit: "pages",
    meaning: "pages of files read again soon after their eviction",
    text: fixed("refaultPages", 0),
  },
  {
    heading: "swapped",
    unit: "pages",
    meaning: "pages written to swap, and read back",
    text: fixed("swappedPages", 0),
  },
  { heading: "moves", unit: "", meaning: "targets set that differ from the one before", text: fixed("moves", 0) },
];

/** Results as a table: a line of headings, one of units, one for each policy; numbers to the right. */
export function scoreLines(results: readonly Result[]): readonly string[] {
  const headings = SCORE_COLUMNS.map(({ heading }) => heading);
  const units = SCORE_COLUMNS.map(({ unit }) => unit);
  const rows = results.map((result) => SCORE_COLUMNS.map((column) => column.text(result)));
  const widths = headings.map((_, nth) => Math.max(...[headings, units, ...rows].map((row) => row[nth]?.length ?? 0)));
  const aligned = (row: readonly string[]): readonly string[] =>
    row.map((cell, nth) => cell.padStart(widths[nth] ?? 0));
  return tableLines([
    ["policy", ...aligned(headings)],
    ["", ...aligned(units)],
    ...results.map(({ policy }, nth) => [policy, ...aligned(rows[nth] ?? [])]),
  ]);
}
