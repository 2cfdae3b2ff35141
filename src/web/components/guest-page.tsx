import { useState } from "preact/hooks";
import type { HistoryPoint } from "../../core/history.ts";
import { REASONS } from "../../core/reasons.ts";
import { shownGuest } from "../../core/shown-text.ts";
import { TUNABLES } from "../../core/tunables.ts";
import { bytesText, percentText } from "../../view/amounts.ts";
import { reasonLabel, toneOf } from "../../view/reason-words.ts";
import { momentText } from "../format.ts";
import type { GuestView } from "../model.ts";
import { type RangeKey, usePast } from "../past.ts";
import type { Store } from "../store.ts";
import { explain } from "../why.ts";
import { Chart } from "./chart.tsx";
import { Hands } from "./hands.tsx";
import { RangeChoice } from "./range-choice.tsx";
import { StateChip } from "./state-chip.tsx";

/** Changes of reason that the list under the chart shows. */
const MAX_DECISIONS = 40;

/** One guest: why it has what it has, its past, and what may be done about it. */
export function GuestPage({ store, name }: { readonly store: Store; readonly name: string }) {
  const view = store.model.guests.get(name);
  return (
    <article class="guest" aria-labelledby="guest-title">
      <p class="back">
        <a href="#/">← all guests</a>
      </p>
      {view === undefined ? (
        <>
          <h2 id="guest-title">{shownGuest(name)}</h2>
          <p class="empty">{store.link.state === "connecting" ? "Reading …" : "There is no guest of this name now."}</p>
        </>
      ) : (
        <Guest store={store} view={view} />
      )}
    </article>
  );
}

function Guest({ store, view }: { readonly store: Store; readonly view: GuestView }) {
  const amount = bytesText(view.figures?.targetBytes ?? view.figures?.currentBytes);
  const [range, setRange] = useState<RangeKey>("live");
  const past = usePast(view.guest, range);
  const points = past === null ? view.points : past.state === "read" ? past.range.points : NO_POINTS;
  return (
    <>
      <div class="guest-head">
        <h2 id="guest-title">
          {shownGuest(view.guest)} <StateChip view={view} />
        </h2>
        <Hands store={store} guests={[view.guest]} paused={view.paused} released={view.released} />
      </div>
      <section class="why" aria-labelledby="why-title">
        <h3 id="why-title">Why {amount}?</h3>
        <p>{explain(view).join(" ")}</p>
        <Facts view={view} />
      </section>
      <section aria-labelledby="chart-title">
        <h3 id="chart-title">Over time</h3>
        <RangeChoice range={range} choose={setRange} past={past} />
        <Chart points={points} />
      </section>
      <Decisions points={points} />
      <Differing store={store} view={view} />
    </>
  );
}

/** The same list each time, so that the chart need not look at it again. */
const NO_POINTS: readonly HistoryPoint[] = [];

function Facts({ view }: { readonly view: GuestView }) {
  const { figures, observation, psiPercent } = view;
  const facts: readonly (readonly [string, string])[] = [
    ["May have", bytesText(figures?.maximumBytes)],
    ["Has", bytesText(figures?.currentBytes)],
    ["Target", bytesText(figures?.targetBytes)],
    ["Goal", bytesText(figures?.goalBytes)],
    ["Floor", bytesText(figures?.floorBytes)],
    ["Committed", bytesText(figures?.committedBytes)],
    ["Available", bytesText(figures?.availableBytes)],
    ["Compressed swap", bytesText(figures?.compressedSwapBytes)],
    ["Pressure", percentText(psiPercent)],
    ["OOM kills since boot", String(observation?.oomKills ?? "–")],
    ["Steps", String(view.steps)],
  ];
  return (
    <dl class="facts">
      {facts.map(([what, value]) => (
        <div key={what}>
          <dt>{what}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function Decisions({ points }: { readonly points: readonly HistoryPoint[] }) {
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

/** Tunables that are in force for this guest alone. */
function Differing({ store, view }: { readonly store: Store; readonly view: GuestView }) {
  const general = new Map(store.model.tunables.map(({ name, value }) => [name, value]));
  const differing = TUNABLES.filter(({ name }) => general.has(name) && general.get(name) !== view.tunables[name]);
  if (differing.length === 0) return null;
  return (
    <section aria-labelledby="own-title">
      <h3 id="own-title">Tunables in force for this guest alone</h3>
      <ul>
        {differing.map(({ name, unit, startRule, default: usual }) => (
          <li key={name}>
            <code>
              {name} = {view.tunables[name]}
            </code>{" "}
            {unit} (
            {startRule !== "" && general.get(name) === usual ? startRule : `${general.get(name)} for all others`})
          </li>
        ))}
      </ul>
    </section>
  );
}
