import type { HistoryPoint } from "../../core/history.ts";
import { REASONS } from "../../core/reasons.ts";
import { bytesText } from "../../view/amounts.ts";
import { reasonLabel, toneOf } from "../../view/reason-words.ts";
import { momentText } from "../format.ts";

/** Changes of reason that the list under the chart shows. */
const MAX_DECISIONS = 40;

/** What was decided in the time that the chart shows. */
export function Decisions({ points }: { readonly points: readonly HistoryPoint[] }) {
  const nowMs = Date.now();
  const changes = points.filter((point, index) => point.reason !== points[index - 1]?.reason);
  const newest = changes.slice(-MAX_DECISIONS).reverse();
  return (
    <section aria-labelledby="decisions-title">
      <h3 id="decisions-title">Decisions</h3>
      <p class="about">One line for each time the reason changed; newest first.</p>
      <table class="decisions">
        <thead>
          <tr>
            <th scope="col">When</th>
            <th scope="col">Reason</th>
            <th scope="col" class="number">
              Target
            </th>
            <th scope="col">Why</th>
          </tr>
        </thead>
        <tbody>
          {newest.map((point) => (
            <tr key={point.atMs}>
              <td>{momentText(point.atMs, nowMs)}</td>
              <td>
                <span class={`chip tone-${toneOf(point.reason)}`}>{reasonLabel(point.reason)}</span>
              </td>
              <td class="number">{bytesText(point.figures.targetBytes)}</td>
              <td>{REASONS[point.reason]}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
