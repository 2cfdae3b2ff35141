import type { JournalRecord } from "../../core/journal-record.ts";
import { shownGuest } from "../../core/shown-text.ts";
import { reasonLabel } from "../../view/reason-words.ts";
import { guestOfRecord } from "../../view/record-text.ts";
import { guestAddress } from "../address.ts";
import { type EventChoice, type EventLine, isChosen, sentenceOf } from "../event-lines.ts";
import { momentText } from "../format.ts";
import type { ListedEvent } from "../model.ts";
import { EventFilters } from "./event-filters.tsx";

/** Lines that are drawn at once: more than anybody reads, and few enough for a phone. */
const MAX_LINES = 300;

interface EventListProps {
  /** Newest first. */
  readonly lines: readonly EventLine[];
  readonly choice: EventChoice;
}

/** What happened, newest first: faults, notices, changes, and decisions with a new reason. */
export function EventList({ lines, choice }: EventListProps) {
  const chosen = lines.filter((line) => isChosen(line, choice));
  return (
    <section aria-labelledby="events-title">
      <h2 id="events-title">Events</h2>
      <p class="intro">
        Faults, notices, changes, and each decision whose reason differs from the one before. Newest first; a guest that
        goes to and fro between two reasons has one line.
      </p>
      <EventFilters lines={lines} chosen={chosen} choice={choice} />
      {chosen.length === 0 ? (
        <p class="empty">{lines.length === 0 ? "Nothing has happened yet." : "No event matches."}</p>
      ) : (
        <EventRows lines={chosen.slice(0, MAX_LINES)} />
      )}
      {chosen.length > MAX_LINES && (
        <p class="note">{chosen.length - MAX_LINES} older ones are not drawn: filter, or download them.</p>
      )}
    </section>
  );
}

function EventRows({ lines }: { readonly lines: readonly EventLine[] }) {
  return (
    <ol class="events">
      {lines.map(({ events, severity }) => (
        // The oldest event of a line stays while the line grows.
        <li key={keyOf(events.at(-1) ?? events[0])} class="event">
          <Moment atMs={events[0].record.atMs} />
          <span class={`severity severity-${severity}`}>{severity}</span>
          <GuestLink record={events[0].record} />
          {events.length === 1 ? <span>{sentenceOf(events[0])}</span> : <Flapping events={events} />}
        </li>
      ))}
    </ol>
  );
}

/** Decisions that went to and fro, each of them to be unfolded. */
function Flapping({ events }: Pick<EventLine, "events">) {
  const [last] = events;
  const sinceMs = (events.at(-1) ?? last).record.atMs;
  return (
    <details>
      <summary>
        {events.length} decisions since {momentText(sinceMs, Date.now())}, to and fro between {labelsOf(events)}. Last:{" "}
        {sentenceOf(last)}
      </summary>
      <ol class="event-parts">
        {events.map((event) => (
          <li key={keyOf(event)}>
            <Moment atMs={event.record.atMs} /> {sentenceOf(event)}
          </li>
        ))}
      </ol>
    </details>
  );
}

/** The two reasons in a word each. */
function labelsOf(events: EventLine["events"]): string {
  const labels = events.flatMap(({ record }) => (record.kind === "step" ? [reasonLabel(record.decision.reason)] : []));
  return [...new Set(labels)].join(" and ");
}

function keyOf({ record }: ListedEvent): string {
  return `${record.seq} ${record.atMs}`;
}

function Moment({ atMs }: { readonly atMs: number }) {
  return <time dateTime={new Date(atMs).toISOString()}>{momentText(atMs, Date.now())}</time>;
}

function GuestLink({ record }: { readonly record: JournalRecord }) {
  const guest = guestOfRecord(record);
  if (guest === null) return <span class="all">all guests</span>;
  return <a href={guestAddress(guest, "live")}>{shownGuest(guest)}</a>;
}
