import { useEffect, useMemo, useState } from "preact/hooks";
import { isAtLeast } from "../../core/severity.ts";
import { type Address, eventChoiceOf, guestOf, rangeOf, standingOf } from "../address.ts";
import { type EventLine, eventLines } from "../event-lines.ts";
import type { Model } from "../model.ts";
import type { Store } from "../store.ts";
import { useAddress } from "../use-address.ts";
import { EventList } from "./event-list.tsx";
import { GuardBanner } from "./guard-banner.tsx";
import { GuestPage } from "./guest-page.tsx";
import { GuestTable } from "./guest-table.tsx";
import { HostBar } from "./host-bar.tsx";
import { LastKnown } from "./last-known.tsx";
import { LinkState } from "./link-state.tsx";
import { StandingLine } from "./standing-line.tsx";
import { TextLink } from "./text-link.tsx";
import { ThroughFleet } from "./through-fleet.tsx";
import { TokenPrompt } from "./token-prompt.tsx";
import { TunableList } from "./tunable-list.tsx";

interface ViewRow {
  readonly path: string;
  readonly name: string;
  /** A number beside the name: how much there is to see. */
  readonly count: (model: Model, lines: readonly EventLine[]) => number;
}

const VIEWS: readonly ViewRow[] = [
  { path: "/", name: "Guests", count: ({ guests }) => guests.size },
  {
    path: "/tunables",
    name: "Tunables",
    count: ({ tunables }) => tunables.filter(({ source }) => source === "runtime").length,
  },
  {
    path: "/events",
    name: "Events",
    count: (_, lines) => lines.filter(({ severity }) => isAtLeast(severity, "warning")).length,
  },
];

/** The whole page: drawn again when the store says so. */
export function App({ store }: { readonly store: Store }) {
  const [, draw] = useState(0);
  useEffect(() => store.subscribe(() => draw((count) => count + 1)), [store]);
  const address = useAddress();
  const { events } = store.model;
  const lines = useMemo(() => eventLines(events), [events]);
  return (
    <>
      <button type="button" class="skip" onClick={() => document.getElementById("main")?.focus()}>
        Skip to the content
      </button>
      <header class="top">
        <div class="brand">
          <h1>selfballoon</h1>
          <LinkState link={store.link} />
          {[...store.model.guests.values()].some(({ dryRun }) => dryRun) && <b class="chip tone-hold">dry run</b>}
        </div>
        <nav aria-label="Views">
          {VIEWS.map(({ path, name, count }) => (
            <a key={path} href={`#${path}`} aria-current={isCurrent(path, address) ? "page" : undefined}>
              {name}
              <Count of={count(store.model, lines)} />
            </a>
          ))}
        </nav>
      </header>
      <main id="main" tabIndex={-1} class={store.link.state === "lost" ? "old" : undefined}>
        {store.fleetHost !== null && <ThroughFleet host={store.fleetHost} />}
        <GuardBanner guests={store.model.guests} />
        <View store={store} address={address} lines={lines} />
      </main>
      <footer>
        selfballoon {store.version}
        {store.fleetHost === null && (
          <>
            {" "}
            · <TextLink path="/metrics" name="metrics" /> · <TextLink path="/openapi.json" name="API" />
          </>
        )}
      </footer>
      <TokenPrompt />
    </>
  );
}

function Count({ of }: { readonly of: number }) {
  return of === 0 ? null : <b class="badge">{of}</b>;
}

interface ViewProps {
  readonly store: Store;
  readonly address: Address;
  readonly lines: readonly EventLine[];
}

function View({ store, address, lines }: ViewProps) {
  const { model, fleetHost } = store;
  if (fleetHost !== null && store.version === "" && store.link.state === "lost") return <LastKnown host={fleetHost} />;
  if (address.path === "/tunables") return <TunableList store={store} />;
  if (address.path === "/events") return <EventList lines={lines} choice={eventChoiceOf(address)} />;
  const guest = guestOf(address);
  if (guest !== null) return <GuestPage key={guest} store={store} name={guest} range={rangeOf(address)} />;
  return (
    <>
      <StandingLine guests={model.guests} />
      <HostBar store={store} />
      <GuestTable guests={model.guests} standing={standingOf(address)} />
    </>
  );
}

function isCurrent(view: string, address: Address): boolean {
  return view === "/" ? address.path === "/" || guestOf(address) !== null : view === address.path;
}
