import { bytesText, percentText } from "../../view/amounts.ts";
import type { ReportFigures, Sums } from "./figures.ts";
import type { Moment } from "./worst.ts";

/** One column of the guests' table, declared once for the terminal and the page. */
export interface SumColumn {
  readonly heading: string;
  readonly unit: string;
  readonly meaning: string;
  text(sums: Sums): string;
}

const amount = (bytes: number | null): string => (bytes === null ? "-" : bytesText(bytes));
const count = (value: number | null): string => (value === null ? "-" : value.toFixed(0));

/** Hours as people read them: minutes where they are less than one. */
function hoursText(hours: number): string {
  return hours < 1 ? `${(hours * 60).toFixed(hours < 1 / 6 ? 1 : 0)} min` : `${hours.toFixed(1)} h`;
}

/** Memory over time: in GiB times hours or, where that is less than one, times minutes. */
export function overTimeText(gibHours: number): string {
  return Math.abs(gibHours) < 1 ? `${(gibHours * 60).toFixed(1)} GiB min` : `${gibHours.toFixed(1)} GiB h`;
}

export const SUM_COLUMNS: readonly SumColumn[] = [
  { heading: "known", unit: "", meaning: "time that the recording covers", text: ({ hours }) => hoursText(hours) },
  { heading: "held", unit: "mean", meaning: "RAM that it had", text: ({ heldMeanBytes }) => amount(heldMeanBytes) },
  {
    heading: "could hold",
    unit: "mean",
    meaning: "RAM that it would have had if no balloon had moved",
    text: ({ mostMeanBytes }) => amount(mostMeanBytes),
  },
  { heading: "saved", unit: "mean", meaning: "the difference", text: ({ savedMeanBytes }) => amount(savedMeanBytes) },
  {
    heading: "saved",
    unit: "%",
    meaning: "of what it could hold",
    text: ({ savedPercent }) => (savedPercent === null ? "-" : savedPercent.toFixed(1)),
  },
  {
    heading: "saved",
    unit: "in all",
    meaning: "over the whole time",
    text: ({ savedGibHours }) => overTimeText(savedGibHours),
  },
  { heading: "moves", unit: "", meaning: "targets handed to the balloon", text: ({ moves }) => count(moves) },
  {
    heading: "waited",
    unit: "s",
    meaning: "time in which some task waited for memory (PSI some)",
    text: ({ waitedSeconds }) => (waitedSeconds === null ? "-" : waitedSeconds.toFixed(1)),
  },
  {
    heading: "OOM",
    unit: "kills",
    meaning: "processes killed for lack of memory",
    text: ({ oomKills }) => count(oomKills),
  },
];

/** When a moment was: by the clock of this machine, or after the recording's start. */
export function momentText(atMs: number, { isClock, fromMs }: ReportFigures): string {
  if (isClock) return new Date(atMs).toLocaleString("en-GB", { dateStyle: "medium", timeStyle: "medium" });
  const seconds = Math.round((atMs - (fromMs ?? 0)) / 1000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** What made a moment bad. */
export function badText({ oomKills, somePercent, fullPercent, reason }: Moment): string {
  const parts = [
    ...(oomKills === 0 ? [] : [`${oomKills} ${oomKills === 1 ? "process was" : "processes were"} killed`]),
    ...(somePercent === null || somePercent === 0 ? [] : [`tasks waited ${percentText(somePercent)} of the time`]),
    ...(fullPercent === null || fullPercent === 0 ? [] : [`all of them ${percentText(fullPercent)}`]),
  ];
  if (parts.length > 0) return parts.join(", ");
  return reason === "emergency" ? "memory ran short" : "";
}

/** What the recording covers, and what of it could not be used. */
export function aboutText(figures: ReportFigures): string {
  const { fromMs, toMs, isClock, lines, guests, together } = figures;
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const isKnown = isClock && fromMs !== null && toMs !== null;
  const time = isKnown ? `${momentText(fromMs, figures)} to ${momentText(toMs, figures)} (${zone}), ` : "";
  const many = `${guests.length} ${guests.length === 1 ? "guest" : "guests"}, ${lines} lines`;
  return `${time}${hoursText(together.hours)} without gaps, ${many}.`;
}

/** What a reader must know before believing the figures; empty if there is nothing. */
export function warnings({
  badLines,
  firstBadLine,
  leftOutLines,
  hasDecisions,
  lines,
}: ReportFigures): readonly string[] {
  return [
    ...(badLines === 0
      ? []
      : [`${badLines} ${badLines === 1 ? "line" : "lines"} could not be read and left out: ${firstBadLine ?? ""}.`]),
    ...(leftOutLines === 0 ? [] : [`${leftOutLines} lines are of more guests than a report covers, and are left out.`]),
    ...(hasDecisions || lines === 0 ? [] : ["The recording does not report what was decided: no daemon wrote it."]),
  ];
}
