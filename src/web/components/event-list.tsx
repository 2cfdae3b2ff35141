import type { JournalRecord } from "../../core/journal-record.ts";
import { shownGuest } from "../../core/shown-text.ts";
import { guestOfRecord, recordText } from "../../view/record-text.ts";
import { timeText } from "../format.ts";
import type { ListedEvent } from "../model.ts";

/** What happened, newest first: faults, notices, changes, and decisions with a new reason. */
export function EventList({ events }: { readonly events: readonly ListedEvent[] }) {
  return (
    <section aria-labelledby="events-title">
      <h2 id="events-title">Events</h2>
      <p class="intro">
        Faults, notices, changes, and each decision whose reason differs from the one before. Newest first.
      </p>
      {events.length === 0 ? <p class="empty">Nothing has happened yet.</p> : <EventRows events={events} />}
    </section>
  );
}

function EventRows({ events }: { readonly events: readonly ListedEvent[] }) {
  return (
    <ol class="events">
      {events.map(({ record, isProblem, notDone }) => (
        <li key={`${record.seq} ${record.atMs}`} class={isProblem ? "event problem" : "event"}>
          <time dateTime={new Date(record.atMs).toISOString()}>{timeText(record.atMs)}</time>
          <GuestLink record={record} />
          <span>
            {recordText(record)} {notDone}
          </span>
        </li>
      ))}
    </ol>
  );
}

function GuestLink({ record }: { readonly record: JournalRecord }) {
  const guest = guestOfRecord(record);
  if (guest === null) return <span class="all">all guests</span>;
  return <a href={`#/guests/${encodeURIComponent(guest)}`}>{shownGuest(guest)}</a>;
}
