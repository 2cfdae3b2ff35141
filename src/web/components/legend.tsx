import type { ComponentChildren } from "preact";
import { bytesText } from "../../view/amounts.ts";
import type { Line, Timed } from "../plot-options.ts";

interface LegendProps<Point extends Timed> {
  readonly lines: readonly Line<Point>[];
  readonly point: Point;
  readonly children?: ComponentChildren;
}

/** What each line of a plot stands for, and its figure at this point; more figures may follow. */
export function Legend<Point extends Timed>({ lines, point, children }: LegendProps<Point>) {
  return (
    <ul class="lines">
      {lines.map(({ label, colour, readBytes }) => (
        <li key={label}>
          <span class="swatch" style={{ background: `var(${colour})` }} aria-hidden="true" />
          {label} <b>{bytesText(readBytes(point))}</b>
        </li>
      ))}
      {children}
    </ul>
  );
}
