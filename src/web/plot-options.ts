import uPlot from "uplot";
import { BYTES_PER_MIB } from "../core/units.ts";
import { axisTimeText, tickText } from "./format.ts";

export const PLOT_HEIGHT = 340;

/** Distances between two ticks of the memory axis: powers of two, so that GiB come out even. */
const TICKS_MIB = Array.from({ length: 30 }, (_, power) => 2 ** power);

/** A chosen time narrower than this on the screen is a click. */
const MIN_DRAG_PX = 6;

/** What every point of a plot has. */
export interface Timed {
  readonly atMs: number;
}

/** The moments of a plot, oldest first; null where nothing is known. */
export type Moments<Point extends Timed> = readonly (Point | null)[];

/** One line of a plot. */
export interface Line<Point extends Timed> {
  readonly label: string;
  /** The custom property that its colour is in. */
  readonly colour: string;
  readonly dash?: number[];
  readonly width: number;
  readonly isStepped: boolean;
  readonly readBytes: (point: Point) => number | null;
}

/** What is drawn, and what is told of the pointer. */
export interface PlotRules<Point extends Timed> {
  readonly lines: readonly Line<Point>[];
  /** Draw over the lines. */
  readonly mark?: (plot: uPlot, colour: (name: string) => string) => void;
  /** The moment under the pointer; null: none. */
  readonly onCursor: (index: number | null) => void;
  /** A time was chosen by dragging, in ms since 1970. */
  readonly onDrag?: (fromMs: number, toMs: number) => void;
}

/** Moments as columns of seconds and MiB. */
export function columnsOf<Point extends Timed>(
  moments: Moments<Point>,
  lines: readonly Line<Point>[],
): uPlot.AlignedData {
  const columns = lines.map(({ readBytes }) =>
    moments.map((point) => {
      const bytes = point === null ? null : readBytes(point);
      return bytes === null ? null : bytes / BYTES_PER_MIB;
    }),
  );
  return [secondsOf(moments), ...columns];
}

/** When each moment was. What is not known lies just before what is known again. */
function secondsOf(moments: Moments<Timed>): number[] {
  return moments.map((point, index) => (point?.atMs ?? (moments[index + 1]?.atMs ?? 0) - 1) / 1000);
}

/** How a plot in `element` looks and behaves. */
export function optionsOf<Point extends Timed>(element: HTMLElement, rules: PlotRules<Point>): uPlot.Options {
  const style = getComputedStyle(element);
  const colour = (name: string): string => style.getPropertyValue(name).trim();
  const axis = {
    stroke: colour("--muted"),
    grid: { stroke: colour("--rule"), width: 1 },
    ticks: { stroke: colour("--rule") },
  };
  const { onCursor, onDrag, mark } = rules;
  return {
    width: element.clientWidth,
    height: PLOT_HEIGHT,
    legend: { show: false },
    padding: [12, 34, 0, 0],
    cursor: { y: false, points: { size: 7 }, drag: { x: onDrag !== undefined, y: false, setScale: false } },
    scales: { y: { range: (_, __, max) => [0, Math.max(1, max * 1.08)] } },
    axes: [
      { ...axis, values: timesText, space: 90 },
      { ...axis, size: 72, incrs: TICKS_MIB, values: (_, ticks) => ticks.map(tickText) },
    ],
    series: [{}, ...rules.lines.map((line) => seriesOf(line, colour))],
    hooks: {
      setCursor: [(plot) => onCursor(plot.cursor.idx ?? null)],
      setSelect: [(plot) => takeDrag(plot, onDrag)],
      draw: mark === undefined ? [] : [(plot) => mark(plot, colour)],
    },
  };
}

function seriesOf<Point extends Timed>(line: Line<Point>, colour: (name: string) => string): uPlot.Series {
  const stepped = uPlot.paths.stepped?.({ align: 1 });
  return {
    label: line.label,
    stroke: colour(line.colour),
    width: line.width,
    points: { show: false },
    ...(line.dash === undefined ? {} : { dash: line.dash }),
    ...(line.isStepped && stepped !== undefined ? { paths: stepped } : {}),
  };
}

function takeDrag(plot: uPlot, onDrag: PlotRules<Timed>["onDrag"]): void {
  const { left, width } = plot.select;
  if (onDrag === undefined || width < MIN_DRAG_PX) return;
  const momentAt = (x: number): number => Math.round(plot.posToVal(x, "x") * 1000);
  plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
  onDrag(momentAt(left), momentAt(left + width));
}

/** A label that says no more than the one before it is left out. */
function timesText({ scales }: uPlot, seconds: readonly number[]): string[] {
  const { min = 0, max = 0 } = scales["x"] ?? {};
  const texts = seconds.map((second) => axisTimeText(second * 1000, (max - min) * 1000));
  return texts.map((text, index) => (text === texts[index - 1] ? "" : text));
}
