import { useMemo, useState } from "preact/hooks";
import type uPlot from "uplot";
import type { HistoryPoint } from "../../core/history.ts";
import { REASONS } from "../../core/reasons.ts";
import { bytesText, percentText } from "../../view/amounts.ts";
import { reasonLabel, toneOf } from "../../view/reason-words.ts";
import { momentText } from "../format.ts";
import { type Range, withGaps } from "../past.ts";
import type { Line, Moments } from "../plot-options.ts";
import { FigureTable } from "./figure-table.tsx";
import { Legend } from "./legend.tsx";
import { Plot } from "./plot.tsx";

const LINES: readonly Line<HistoryPoint>[] = [
  line("has", "--line-current", 2.5, ({ figures }) => figures.currentBytes),
  { ...line("target", "--line-target", 1.5, ({ figures }) => figures.targetBytes), isStepped: true },
  { ...line("goal", "--line-goal", 1.5, ({ figures }) => figures.goalBytes), dash: [6, 4] },
  { ...line("floor", "--line-floor", 1.5, ({ figures }) => figures.floorBytes), dash: [2, 3] },
  line("committed", "--line-committed", 1, ({ figures }) => figures.committedBytes),
  line("available", "--line-available", 1, ({ figures }) => figures.availableBytes),
  line("in swap", "--line-swap", 1, ({ figures }) => figures.compressedSwapBytes),
];

function line(
  label: string,
  colour: string,
  width: number,
  readBytes: Line<HistoryPoint>["readBytes"],
): Line<HistoryPoint> {
  return { label, colour, width, isStepped: false, readBytes };
}

interface GuestChartProps {
  readonly points: readonly HistoryPoint[];
  /** A time was chosen in the chart. */
  readonly choose: (range: Range) => void;
}

/** The guest's figures over time; where the reason of a decision changed, a mark stands on the time axis. */
export function GuestChart({ points, choose }: GuestChartProps) {
  const moments = useMemo(() => withGaps(points), [points]);
  const [looked, setLooked] = useState<HistoryPoint | null>(null);
  const point = looked ?? points.at(-1);
  return (
    <figure class="chart">
      <Plot
        label="Chart of the guest's memory: arrow keys go from step to step, + looks closer"
        moments={moments}
        lines={LINES}
        mark={(plot, colour) => drawMarks(plot, moments, colour)}
        say={sayPoint}
        onMoment={setLooked}
        onDrag={(fromMs, toMs) => choose({ fromMs, toMs })}
      />
      <figcaption>
        {point === undefined ? "There is no step to show." : <Caption point={point} isLast={looked === null} />}
      </figcaption>
      <FigureTable points={points} lines={LINES} />
    </figure>
  );
}

function sayPoint({ atMs, reason, figures }: HistoryPoint): string {
  const { currentBytes, targetBytes } = figures;
  const sizes = `has ${bytesText(currentBytes)}, target ${bytesText(targetBytes)}`;
  return `${momentText(atMs, Date.now())}: ${sizes}, ${reasonLabel(reason)}`;
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
      <Legend lines={LINES} point={point}>
        <li>
          pressure <b>{percentText(point.psiPercent)}</b>
        </li>
      </Legend>
    </>
  );
}

/** Marks that are nearer to the one before are left out, in CSS pixels; alarms never are. */
const MIN_DISTANCE = 14;

/** A mark on the time axis for each change of reason, in the colour of its tone. */
function drawMarks(plot: uPlot, moments: Moments<HistoryPoint>, colour: (name: string) => string): void {
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
