import { bytesText } from "../../view/amounts.ts";
import { momentText } from "../format.ts";
import type { Line, Timed } from "../plot-options.ts";

/** Rows of the table: enough to follow a curve. */
const MAX_ROWS = 24;

interface FigureTableProps<Point extends Timed> {
  readonly points: readonly Point[];
  readonly lines: readonly Line<Point>[];
}

/** A chart's figures as a table, at moments that are spread evenly. */
export function FigureTable<Point extends Timed>({ points, lines }: FigureTableProps<Point>) {
  if (points.length === 0) return null;
  const nowMs = Date.now();
  return (
    <details class="figures">
      <summary>The chart in figures</summary>
      <div class="figures-scroll">
        <table>
          <thead>
            <tr>
              <th scope="col">When</th>
              {lines.map(({ label }) => (
                <th key={label} scope="col" class="number">
                  {label}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {spread(points, MAX_ROWS).map((point) => (
              <tr key={point.atMs}>
                <th scope="row">{momentText(point.atMs, nowMs)}</th>
                {lines.map(({ label, readBytes }) => (
                  <td key={label} class="number">
                    {bytesText(readBytes(point))}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}

/** At most `max` of `points`, the first and the last among them. */
export function spread<Point>(points: readonly Point[], max: number): readonly Point[] {
  if (points.length <= max) return points;
  const every = (points.length - 1) / (max - 1);
  return Array.from({ length: max }, (_, nth) => points[Math.round(nth * every)]).filter(
    (point) => point !== undefined,
  );
}
