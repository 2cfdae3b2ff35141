import { useState } from "preact/hooks";
import type { FleetAnswer, FleetEventsAnswer, FleetGuestsAnswer } from "../../fleet/service/answers.ts";
import { mebibytesText } from "../../view/amounts.ts";
import { troubledFirst } from "../../view/host-order.ts";
import { standingText } from "../../view/standing.ts";
import { timeText } from "../format.ts";
import { type Polled, usePolled } from "../poll.ts";
import { GuestList } from "./guest-list.tsx";
import { HostList } from "./host-list.tsx";
import { HostMap } from "./host-map.tsx";
import { Lost } from "./lost.tsx";

const GUESTS_MS = 1000;
const EVENTS_MS = 3000;

/** Events that are shown at once. */
const SHOWN_EVENTS = 50;

/** All hosts of a fleet: how they stand, who is short, and what happened. */
export function FleetOverview({ hosts }: { readonly hosts: Polled<FleetAnswer> }) {
  const [search, setSearch] = useState("");
  const query =
    search.trim() === ""
      ? "standing=short&standing=unreadable&standing=held"
      : `q=${encodeURIComponent(search.trim())}`;
  const guests = usePolled<FleetGuestsAnswer>(`/v1/fleet/guests?${query}`, GUESTS_MS);
  const events = usePolled<FleetEventsAnswer>("/v1/fleet/events", EVENTS_MS);
  const ordered = troubledFirst(hosts.value?.hosts ?? []);
  return (
    <Lost sinceMs={hosts.lostAtMs}>
      {hosts.value === null ? <p class="empty">Reading the fleet …</p> : <Summary fleet={hosts.value} />}
      {hosts.value !== null && <HostMap hosts={ordered} />}
      {hosts.value !== null && <HostList hosts={ordered} />}
      <section aria-labelledby="guests-title">
        <h2 id="guests-title">{search.trim() === "" ? "Guests that are short, unreadable or held" : "Guests"}</h2>
        <input
          type="search"
          class="fleet-search"
          aria-label="Look for guests of all hosts"
          placeholder="Look for guests of all hosts"
          value={search}
          onInput={(event) => setSearch(event.currentTarget.value)}
        />
        {guests.value !== null && <GuestList answer={guests.value} />}
      </section>
      <Events events={events.value?.events ?? []} />
    </Lost>
  );
}

function Summary({ fleet: { hosts, ignored } }: { readonly fleet: FleetAnswer }) {
  const states = hosts.flatMap(({ state, isStale }) => (state === null || isStale ? [] : [state]));
  const stale = hosts.length - states.length;
  const sum = (of: (state: (typeof states)[number]) => number): number =>
    states.reduce((all, state) => all + of(state), 0);
  const counts = {
    short: sum((one) => one.short),
    held: sum((one) => one.held),
    unreadable: sum((one) => one.unreadable),
  };
  const saved = sum(({ maximumMb, currentMb }) => maximumMb - currentMb);
  return (
    <p class="intro">
      {states.length} live {states.length === 1 ? "host" : "hosts"} with {sum(({ guests }) => guests)} guests:{" "}
      <strong class="saved-text">{mebibytesText(saved)} saved</strong>. {standingText(counts)}.
      {stale > 0 && <strong class="fleet-alarm"> {stale} stale: they have not told how they stand in time.</strong>}
      {ignored > 0 && <strong class="fleet-alarm"> More hosts than can be shown.</strong>}
    </p>
  );
}

function Events({ events }: { readonly events: FleetEventsAnswer["events"] }) {
  return (
    <section aria-labelledby="events-title">
      <h2 id="events-title">Events</h2>
      {events.length === 0 && <p class="empty">Nothing has happened yet.</p>}
      <ol class="events">
        {events.slice(0, SHOWN_EVENTS).map(({ host, seq, at, kind, guest, text }) => (
          <li key={`${host} ${seq} ${at}`} class="event fleet-event">
            <time dateTime={new Date(at).toISOString()}>{timeText(at)}</time>
            <span>
              {host} {guest ?? ""}
            </span>
            <span class={kind === "fault" ? "fleet-alarm" : ""}>{text}</span>
          </li>
        ))}
      </ol>
    </section>
  );
}
