/** One line of a plot. */
export interface PlotLine {
  readonly label: string;
  /** The custom property of the page's style that its colour is in. */
  readonly colour: string;
  readonly width?: number;
  readonly dash?: readonly number[];
  /** True if the value holds until the next one. */
  readonly isStepped?: boolean;
  /** One for each moment; null where nothing is known. */
  readonly mib: readonly (number | null)[];
}

/** A mark on the time axis. */
export interface PlotMark {
  /** In seconds, as the moments are. */
  readonly at: number;
  readonly colour: string;
}

/** Memory over time. */
export interface Plot {
  /** `run`: seconds since the beginning; `clock`: seconds since 1970. */
  readonly time: "run" | "clock";
  readonly seconds: readonly number[];
  /** What is drawn as an area behind the lines; null: nothing. */
  readonly area: Pick<PlotLine, "label" | "mib"> | null;
  readonly lines: readonly PlotLine[];
  readonly marks: readonly PlotMark[];
  /** What the legend says of each moment, beside the numbers; null: nothing. */
  readonly words: readonly string[] | null;
}

/** Where a plot is drawn; `nth` counts the page's plots from 0. */
export function plotPlace(nth: number): string {
  return `<div class="plot" data-plot="${nth}"></div>`;
}

/** Draws each plot into its place, and again when the width or the colours change. */
export const DRAW_PLOTS = `
(() => {
  const plots = JSON.parse(document.getElementById("plots").textContent);
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const inGib = (samples) => samples.map((mib) => mib == null ? null : mib / 1024);
  const gibText = (gib) => gib == null ? "-" : gib < 1 ? (gib * 1024).toFixed(0) + " MiB" : gib.toFixed(2) + " GiB";
  const RUN_STEPS = [60, 120, 300, 600, 1200, 1800, 3600, 7200, 14400, 43200, 86400];
  const CLOCK_STEPS = [1, 5, 15, 30, 60, 300, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400, 172800, 604800, 2592000];
  const two = (number) => String(number).padStart(2, "0");
  function runText(seconds) { return (seconds / 60).toFixed(0); }
  const dayText = (date) => date.toLocaleDateString("en-GB", { day: "numeric", month: "short" });
  const secondText = (date) => two(date.getHours()) + ":" + two(date.getMinutes()) + ":" + two(date.getSeconds());
  function clockText(seconds, span) {
    const date = new Date(seconds * 1000);
    if (span < 900) return secondText(date);
    return (span < 86400 ? "" : dayText(date) + " ") + secondText(date).slice(0, 5);
  }
  function drawMarks(self, marks) {
    const { ctx, bbox } = self, size = 5 * devicePixelRatio, foot = bbox.top + bbox.height;
    ctx.save();
    for (const { at, colour: name } of marks) {
      const x = self.valToPos(at, "x", true);
      if (x < bbox.left || x > bbox.left + bbox.width) continue;
      ctx.fillStyle = colour(name);
      ctx.beginPath();
      ctx.moveTo(x, foot - 2 * size);
      ctx.lineTo(x + size, foot);
      ctx.lineTo(x - size, foot);
      ctx.fill();
    }
    ctx.restore();
  }
  function draw(place) {
    const plot = plots[Number(place.dataset.plot)];
    const isRun = plot.time === "run";
    const axis = { stroke: colour("--dim"), grid: { stroke: colour("--line"), width: 1 }, ticks: { stroke: colour("--line"), width: 1 } };
    const line = ({ label, colour: name, width = 1.5, dash, isStepped }, more) => ({
      label, stroke: colour(name), width, dash, points: { show: false }, value: (_, gib) => gibText(gib),
      paths: isStepped ? uPlot.paths.stepped({ align: 1 }) : undefined, ...more });
    const area = plot.area === null ? [] : [line({ ...plot.area, colour: "--want", width: 1 }, { fill: colour("--want") + "33" })];
    const times = isRun
      ? { values: (_, ticks) => ticks.map(runText), incrs: RUN_STEPS, label: "minutes", labelSize: 18, labelGap: 0, size: 34 }
      : { values: (self, ticks) => ticks.map((tick) => clockText(tick, self.scales.x.max - self.scales.x.min)), incrs: CLOCK_STEPS, space: 90 };
    const moment = (self, seconds, series, index) => {
      if (seconds == null) return "-";
      const date = new Date(seconds * 1000);
      const time = isRun ? runText(seconds) : dayText(date) + " " + secondText(date);
      return plot.words === null ? time : time + " " + plot.words[index];
    };
    place.replaceChildren();
    new uPlot({
      width: place.clientWidth, height: 260, padding: [8, 24, 0, 0],
      scales: { x: { time: false }, y: { range: (_, least, most) => [0, Math.max(most * 1.05, 0.01)] } },
      axes: [
        { ...axis, ...times },
        { ...axis, values: (_, ticks) => ticks.map((gib) => String(Number(gib.toFixed(2)))), size: 46, label: "GiB", labelSize: 20 },
      ],
      series: [{ label: isRun ? "minute" : "time", value: moment }, ...area, ...plot.lines.map((one) => line(one))],
      hooks: { draw: [(self) => drawMarks(self, plot.marks)] },
    }, [plot.seconds, ...(plot.area === null ? [] : [inGib(plot.area.mib)]), ...plot.lines.map(({ mib }) => inGib(mib))], place);
  }
  const drawAll = () => document.querySelectorAll(".plot").forEach(draw);
  drawAll();
  addEventListener("resize", drawAll);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAll);
})();
`;
