import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import uPlot from "uplot";
import type { Figures } from "../../core/figures.ts";
import type { HistoryPoint } from "../../core/history.ts";
import { REASONS } from "../../core/reasons.ts";
import { bytesText, percentText } from "../../view/amounts.ts";
import { reasonLabel, toneOf } from "../../view/reason-words.ts";
import { axisTimeText, momentText, tickText } from "../format.ts";
import { withGaps } from "../past.ts";

const HEIGHT = 340;
const MIB = 1_048_576;

/** Distances between two ticks of the memory axis: powers of two, so that GiB come out even. */
const TICKS_MIB = Array.from({ length: 30 }, (_, power) => 2 ** power);

interface Line {
  readonly label: string;
  /** The custom property that its colour is in. */
  readonly colour: string;
  readonly dash?: number[];
  readonly width: number;
  readonly isStepped: boolean;
  readonly read: (figures: Figures) => number | null;
}

const LINES: readonly Line[] = [
  { label: "has", colour: "--line-current", width: 2.5, isStepped: false, read: (of) => of.currentBytes },
  { label: "target", colour: "--line-target", width: 1.5, isStepped: true, read: (of) => of.targetBytes },
  { label: "goal", colour: "--line-goal", dash: [6, 4], width: 1.5, isStepped: false, read: (of) => of.goalBytes },
  { label: "floor", colour: "--line-floor", dash: [2, 3], width: 1.5, isStepped: false, read: (of) => of.floorBytes },
  { label: "committed", colour: "--line-committed", width: 1, isStepped: false, read: (of) => of.committedBytes },
  { label: "available", colour: "--line-available", width: 1, isStepped: false, read: (of) => of.availableBytes },
  { label: "in swap", colour: "--line-swap", width: 1, isStepped: false, read: (of) => of.compressedSwapBytes },
];

/** A moment of the chart; null where nothing is known. */
type Moments = readonly (HistoryPoint | null)[];

/** The guest's figures over time; where the reason of a decision changed, a mark stands on the time axis. */
export function Chart({ points }: { readonly points: readonly HistoryPoint[] }) {
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const moments = useMemo(() => withGaps(points), [points]);
  const shown = useRef(moments);
  shown.current = moments;
  const [cursor, setCursor] = useState<number | null>(null);
  useEffect(() => {
    const element = box.current;
    if (element === null) return;
    const make = (): void => {
      plot.current?.destroy();
      plot.current = new uPlot(options(element, shown, setCursor), dataOf(shown.current), element);
    };
    make();
    const observer = new ResizeObserver(() => plot.current?.setSize({ width: element.clientWidth, height: HEIGHT }));
    observer.observe(element);
    const scheme = matchMedia("(prefers-color-scheme: dark)");
    scheme.addEventListener("change", make);
    return () => {
      scheme.removeEventListener("change", make);
      observer.disconnect();
      plot.current?.destroy();
      plot.current = null;
    };
  }, []);
  useEffect(() => plot.current?.setData(dataOf(moments)), [moments]);
  const point = (cursor === null ? null : moments[cursor]) ?? points.at(-1);
  return (
    <figure class="chart">
      <div
        ref={box}
        role="img"
        aria-label="Chart of the guest's memory; the table of decisions below says the same in words"
      />
      <figcaption>
        {point === undefined ? "There is no step to show." : <Caption point={point} isLast={cursor === null} />}
      </figcaption>
    </figure>
  );
}

/** What one step decided, and its figures: the chart's legend, for the step under the pointer or the last one. */
function Caption({ point, isLast }: { readonly point: HistoryPoint; readonly isLast: boolean }) {
  return (
    <>
      <p class="caption-why">
        <time>{momentText(point.atMs, Date.now())}</time>{" "}
        <span class={`chip tone-${toneOf(point.reason)}`}>{reasonLabel(point.reason)}</span> {REASONS[point.reason]}{" "}
        {isLast && <span class="about">Point at the chart to look back.</span>}
      </p>
      <ul class="lines">
        {LINES.map(({ label, colour, read }) => (
          <li key={label}>
            <span class="swatch" style={{ background: `var(${colour})` }} aria-hidden="true" />
            {label} <b>{bytesText(read(point.figures))}</b>
          </li>
        ))}
        <li>
          pressure <b>{percentText(point.psiPercent)}</b>
        </li>
      </ul>
    </>
  );
}

function dataOf(moments: Moments): uPlot.AlignedData {
  // What is not known lies just before what is known again.
  const times = moments.map((point, index) => (point?.atMs ?? (moments[index + 1]?.atMs ?? 0) - 1) / 1000);
  const lines = LINES.map(({ read }) =>
    moments.map((point) => {
      const bytes = point === null ? null : read(point.figures);
      return bytes === null ? null : bytes / MIB;
    }),
  );
  return [times, ...lines];
}

function options(
  element: HTMLElement,
  moments: { readonly current: Moments },
  setCursor: (index: number | null) => void,
): uPlot.Options {
  const style = getComputedStyle(element);
  const colour = (name: string): string => style.getPropertyValue(name).trim();
  const axis = {
    stroke: colour("--muted"),
    grid: { stroke: colour("--rule"), width: 1 },
    ticks: { stroke: colour("--rule") },
  };
  const stepped = uPlot.paths.stepped?.({ align: 1 });
  return {
    width: element.clientWidth,
    height: HEIGHT,
    legend: { show: false },
    padding: [12, 34, 0, 0],
    cursor: { y: false, points: { size: 7 } },
    scales: { y: { range: (_, __, max) => [0, Math.max(1, max * 1.08)] } },
    axes: [
      { ...axis, values: timesText, space: 90 },
      { ...axis, size: 72, incrs: TICKS_MIB, values: (_, ticks) => ticks.map(tickText) },
    ],
    series: [
      {},
      ...LINES.map((line) => ({
        label: line.label,
        stroke: colour(line.colour),
        width: line.width,
        points: { show: false },
        ...(line.dash === undefined ? {} : { dash: line.dash }),
        ...(line.isStepped && stepped !== undefined ? { paths: stepped } : {}),
      })),
    ],
    hooks: {
      setCursor: [(plot) => setCursor(plot.cursor.idx ?? null)],
      draw: [(plot) => drawMarks(plot, moments.current, colour)],
    },
  };
}

function timesText({ scales }: uPlot, seconds: readonly number[]): string[] {
  const { min = 0, max = 0 } = scales["x"] ?? {};
  return seconds.map((second) => axisTimeText(second * 1000, (max - min) * 1000));
}

/** Marks that are nearer to the one before are left out, in CSS pixels; alarms never are. */
const MIN_DISTANCE = 14;

/** A mark on the time axis for each change of reason, in the colour of its tone. */
function drawMarks(plot: uPlot, moments: Moments, colour: (name: string) => string): void {
  const { ctx, bbox } = plot;
  const size = 5 * devicePixelRatio;
  let lastX = Number.NEGATIVE_INFINITY;
  ctx.save();
  for (const [index, point] of moments.entries()) {
    if (point === null || point.reason === moments[index - 1]?.reason) continue;
    const x = plot.valToPos(point.atMs / 1000, "x", true);
    if (x - lastX < MIN_DISTANCE * devicePixelRatio && toneOf(point.reason) !== "alarm") continue;
    lastX = x;
    const y = bbox.top + bbox.height;
    ctx.fillStyle = colour(`--tone-${toneOf(point.reason)}`);
    ctx.globalAlpha = 0.18;
    ctx.fillRect(x - 0.5, bbox.top, 1, bbox.height);
    ctx.globalAlpha = 1;
    ctx.beginPath();
    ctx.moveTo(x, y - 2 * size);
    ctx.lineTo(x + size, y);
    ctx.lineTo(x - size, y);
    ctx.fill();
  }
  ctx.restore();
}
