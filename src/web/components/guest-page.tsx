import { shownGuest } from "../../core/shown-text.ts";
import { TUNABLES } from "../../core/tunables.ts";
import { bytesText } from "../../view/amounts.ts";
import { explain } from "../../view/explanation.ts";
import { guestFacts } from "../../view/guest-facts.ts";
import { isInHand } from "../../view/in-hand.ts";
import { eventsAddress, guestAddress } from "../address.ts";
import { ALL_EVENTS } from "../event-lines.ts";
import type { GuestView } from "../model.ts";
import { pointsIn, type Range, usePast } from "../past.ts";
import type { Store } from "../store.ts";
import { Decisions } from "./decisions.tsx";
import { GuestChart } from "./guest-chart.tsx";
import { GuestSettings } from "./guest-settings.tsx";
import { Hands } from "./hands.tsx";
import { PartsTable } from "./parts-table.tsx";
import { RangeChoice } from "./range-choice.tsx";
import { StateChip } from "./state-chip.tsx";

interface GuestPageProps {
  readonly store: Store;
  readonly name: string;
  /** Which time the chart shows. */
  readonly range: Range;
}

/** One guest: why it has what it has, its past, and what may be done about it. */
export function GuestPage({ store, name, range }: GuestPageProps) {
  const view = store.model.guests.get(name);
  return (
    <article class="guest" aria-labelledby="guest-title">
      <p class="back">
        <a href="#/">← all guests</a> · <a href={eventsAddress({ ...ALL_EVENTS, guest: name })}>its events</a>
      </p>
      {view === undefined ? (
        <>
          <h2 id="guest-title">{shownGuest(name)}</h2>
          <p class="empty">{store.link.state === "connecting" ? "Reading …" : "There is no guest of this name now."}</p>
        </>
      ) : (
        <Guest store={store} view={view} range={range} />
      )}
    </article>
  );
}

function Guest({ store, view, range }: Omit<GuestPageProps, "name"> & { readonly view: GuestView }) {
  const amount = bytesText(view.figures?.targetBytes ?? view.figures?.currentBytes);
  const past = usePast(view.guest, range);
  const points = pointsIn(range, past, view.points);
  // The address says it, so that the browser's Back looks at the longer time again.
  const choose = (chosen: Range): void => {
    location.hash = guestAddress(view.guest, chosen);
  };
  return (
    <>
      <div class="guest-head">
        <h2 id="guest-title">
          {shownGuest(view.guest)} <StateChip view={view} />
        </h2>
        {isInHand(view) && store.fleetHost === null && (
          <Hands store={store} guests={[view.guest]} paused={view.paused} released={view.released} />
        )}
      </div>
      <section class="why" aria-labelledby="why-title">
        <h3 id="why-title">Why {amount}?</h3>
        <p>{explain(view).join(" ")}</p>
        <PartsTable view={view} />
        <Facts view={view} />
      </section>
      <section aria-labelledby="chart-title">
        <h3 id="chart-title">Over time</h3>
        <RangeChoice range={range} choose={choose} past={past} />
        <GuestChart points={points} choose={choose} />
      </section>
      <Decisions points={points} />
      {store.host !== null && <GuestSettings store={store} view={view} />}
      <Differing store={store} view={view} />
    </>
  );
}

function Facts({ view }: { readonly view: GuestView }) {
  return (
    <dl class="facts">
      {guestFacts(view).map(([what, value]) => (
        <div key={what}>
          <dt>{what}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
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
