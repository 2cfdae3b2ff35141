import { BYTES_PER_MIB } from "../../core/units.ts";
import { reasonLabel, type Tone, toneOf } from "../../view/reason-words.ts";
import type { StepPoint } from "../../view/step-point.ts";
import type { Plot, PlotLine, PlotMark } from "../html/plots.ts";
import type { ReportFigures } from "./figures.ts";
import type { HostMoment } from "./tally.ts";

/** Marks of one plot that can still be told apart. */
const MAX_MARKS = 80;

/** Moments, with one in which nothing is known before each that follows a gap. */
function withGaps<Of extends { readonly atMs: number; readonly gap: boolean }>(
  moments: readonly Of[],
): readonly { readonly atMs: number; readonly known: Of | null }[] {
  return moments.flatMap((moment, index) => {
    const known = { atMs: moment.atMs, known: moment };
    return moment.gap && index > 0 ? [{ atMs: moment.atMs - 1, known: null }, known] : [known];
  });
}

function secondsOf(atMs: number, { isClock, fromMs }: ReportFigures): number {
  return (isClock ? atMs : atMs - (fromMs ?? 0)) / 1000;
}

const mibOf = (bytes: number | null | undefined): number | null =>
  bytes == null ? null : Math.round((bytes / BYTES_PER_MIB) * 10) / 10;

/** What all guests held, before what they could hold. */
export function hostPlot(moments: readonly HostMoment[], figures: ReportFigures): Plot {
  const rows = withGaps(moments);
  return {
    time: figures.isClock ? "clock" : "run",
    seconds: rows.map(({ atMs }) => secondsOf(atMs, figures)),
    area: { label: "could hold", mib: rows.map(({ known }) => mibOf(known?.maxBytes)) },
    lines: [{ label: "held", colour: "--p2", width: 2, mib: rows.map(({ known }) => mibOf(known?.heldBytes)) }],
    marks: [],
    words: null,
  };
}

type LineStyle = Omit<PlotLine, "mib"> & { readonly read: (figures: StepPoint["figures"]) => number | null };

const GUEST_LINES: readonly LineStyle[] = [
  { label: "has", colour: "--p2", width: 2.5, read: (of) => of.currentBytes },
  { label: "target", colour: "--p3", isStepped: true, read: (of) => of.targetBytes },
  { label: "goal", colour: "--p4", dash: [6, 4], read: (of) => of.goalBytes },
  { label: "floor", colour: "--p0", dash: [2, 3], read: (of) => of.floorBytes },
  { label: "committed", colour: "--p5", width: 1, read: (of) => of.committedBytes },
  { label: "available", colour: "--p6", width: 1, read: (of) => of.availableBytes },
  { label: "in swap", colour: "--p1", width: 1, read: (of) => of.compressedSwapBytes },
];

/** A guest's figures, with a mark for each decision that has a new reason. */
export function guestPlot(points: readonly StepPoint[], figures: ReportFigures): Plot {
  const rows = withGaps(points);
  const lines = GUEST_LINES.map(({ read, ...style }) => {
    return { ...style, mib: rows.map(({ known }) => mibOf(known === null ? null : read(known.figures))) };
  });
  return {
    time: figures.isClock ? "clock" : "run",
    seconds: rows.map(({ atMs }) => secondsOf(atMs, figures)),
    area: null,
    // What is nowhere told needs no line.
    lines: lines.filter(({ mib }) => mib.some((one) => one !== null)),
    marks: marksOf(points, figures),
    words: rows.map(({ known }) => (known?.reason == null ? "" : reasonLabel(known.reason))),
  };
}

const TONE_COLOURS: Readonly<Record<Tone, string>> = {
  calm: "--p0",
  down: "--p3",
  up: "--p2",
  hold: "--p4",
  alarm: "--p1",
};

/** A mark for each change of reason; where there are too many, alarms and an even part of the others. */
function marksOf(points: readonly StepPoint[], figures: ReportFigures): readonly PlotMark[] {
  const changes = points.flatMap(({ atMs, reason }, index) => {
    return reason === null || reason === points[index - 1]?.reason ? [] : [{ atMs, tone: toneOf(reason) }];
  });
  const every = Math.ceil(changes.length / MAX_MARKS);
  return changes
    .filter(({ tone }, nth) => tone === "alarm" || nth % every === 0)
    .map(({ atMs, tone }) => ({ at: secondsOf(atMs, figures), colour: TONE_COLOURS[tone] }));
}
