import { useEffect, useRef, useState } from "preact/hooks";
import uPlot from "uplot";
import { columnsOf, type Moments, optionsOf, PLOT_HEIGHT, type PlotRules, type Timed } from "../plot-options.ts";

interface PlotProps<Point extends Timed> extends Omit<PlotRules<Point>, "onCursor"> {
  /** What it shows, for those who can't see it. */
  readonly label: string;
  readonly moments: Moments<Point>;
  /** A moment in words, for those who can't see it. */
  readonly say: (point: Point) => string;
  /** The moment under the pointer or chosen by keys; null: none. */
  readonly onMoment: (point: Point | null) => void;
}

/** Keys that go from moment to moment, and how far. */
const STEPS: Readonly<Record<string, number>> = {
  ArrowLeft: -1,
  ArrowRight: 1,
  PageUp: -20,
  PageDown: 20,
  Home: Number.NEGATIVE_INFINITY,
  End: Number.POSITIVE_INFINITY,
};

/** A plot of memory over time. The pointer and the arrow keys go from moment to moment; dragging, and +, choose a time. */
export function Plot<Point extends Timed>(props: PlotProps<Point>) {
  const { label, moments, say, lines } = props;
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const latest = useRef(props);
  latest.current = props;
  const [cursor, setCursor] = useState<number | null>(null);
  useEffect(() => keepPlot(box, plot, latest, setCursor), []);
  useEffect(() => plot.current?.setData(columnsOf(moments, lines)), [moments, lines]);
  const index = Math.min(cursor ?? moments.length - 1, moments.length - 1);
  const point = moments[index] ?? null;
  useEffect(() => props.onMoment(cursor === null ? null : point), [cursor, point]);
  const goTo = (to: number): void => {
    const moment = moments[to];
    if (moment == null) return;
    plot.current?.setCursor({ left: plot.current.valToPos(moment.atMs / 1000, "x"), top: 0 });
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const by = STEPS[event.key];
    if (by === undefined && event.key !== "+") return;
    event.preventDefault();
    if (by !== undefined) goTo(nearest(moments, Math.max(0, Math.min(moments.length - 1, index + by)), by));
    else if (point !== null) props.onDrag?.(...around(moments, point));
  };
  return (
    <div
      ref={box}
      class="plot"
      role="slider"
      tabIndex={0}
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={Math.max(0, moments.length - 1)}
      aria-valuenow={Math.max(0, index)}
      aria-valuetext={point === null ? "nothing is known" : say(point)}
      onKeyDown={onKeyDown}
    />
  );
}

/** The next moment of which something is known, in the direction of `by`. */
function nearest(moments: Moments<Timed>, index: number, by: number): number {
  let at = index;
  while (at > 0 && at < moments.length - 1 && moments[at] === null) at += Math.sign(by);
  return at;
}

/** Half of the time that is shown, around `point`. */
function around(moments: Moments<Timed>, { atMs }: Timed): [number, number] {
  const quarterMs = Math.max(1000, ((moments.at(-1)?.atMs ?? atMs) - (moments[0]?.atMs ?? atMs)) / 4);
  return [Math.round(atMs - quarterMs), Math.round(atMs + quarterMs)];
}

/** Draw the plot for as long as it is shown: again where the colours change, wider where the window is. @returns how to end. */
function keepPlot<Point extends Timed>(
  box: { readonly current: HTMLDivElement | null },
  plot: { current: uPlot | null },
  latest: { readonly current: PlotProps<Point> },
  onCursor: (index: number | null) => void,
): (() => void) | undefined {
  const element = box.current;
  if (element === null) return undefined;
  const make = (): void => {
    const { lines, moments, mark, onDrag } = latest.current;
    plot.current?.destroy();
    const rules = {
      lines,
      onCursor,
      ...(mark === undefined ? {} : { mark: (...drawn: Parameters<typeof mark>) => latest.current.mark?.(...drawn) }),
      ...(onDrag === undefined ? {} : { onDrag: (...span: [number, number]) => latest.current.onDrag?.(...span) }),
    };
    plot.current = new uPlot(optionsOf(element, rules), columnsOf(moments, lines), element);
  };
  make();
  const observer = new ResizeObserver(() => plot.current?.setSize({ width: element.clientWidth, height: PLOT_HEIGHT }));
  observer.observe(element);
  const scheme = matchMedia("(prefers-color-scheme: dark)");
  scheme.addEventListener("change", make);
  return () => {
    scheme.removeEventListener("change", make);
    observer.disconnect();
    plot.current?.destroy();
    plot.current = null;
  };
}
