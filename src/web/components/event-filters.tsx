import { isAtLeast, SEVERITIES, SEVERITY_NAMES, type Severity } from "../../core/severity.ts";
import { shownGuest } from "../../core/shown-text.ts";
import { guestOfRecord } from "../../view/record-text.ts";
import { eventsAddress } from "../address.ts";
import { EVENT_KIND_NAMES, EVENT_KINDS } from "../event-kinds.ts";
import { type EventChoice, type EventLine, isChosen, jsonLines } from "../event-lines.ts";
import { ShownCount } from "./table-filter.tsx";

/** So long a browser may take to begin with a download. */
const DOWNLOAD_MS = 60_000;

/** Everything has the least severity or more. */
const SEVERITY_CHOICES: readonly (Severity | null)[] = [null, ...SEVERITY_NAMES.slice(1)];

const NATURAL = new Intl.Collator("en", { numeric: true });

interface EventFiltersProps {
  readonly lines: readonly EventLine[];
  /** Those of them that are shown. */
  readonly chosen: readonly EventLine[];
  readonly choice: EventChoice;
}

/** Which events are shown, by severity, guest and kind: the address says it, so that it can be linked to. */
export function EventFilters({ lines, chosen, choice }: EventFiltersProps) {
  const choose = (change: Partial<EventChoice>): void => {
    location.hash = eventsAddress({ ...choice, ...change });
  };
  const guests = guestsOf(lines, choice);
  const kinds = EVENT_KIND_NAMES.filter((kind) => kind === choice.kind || lines.some((line) => kindOf(line) === kind));
  return (
    <div class="table-head">
      <SeverityTabs lines={lines} choice={choice} />
      <Select
        name="Guest"
        chosen={choice.guest}
        options={guests.map((guest) => ({ value: guest, text: shownGuest(guest) }))}
        choose={(guest) => choose({ guest })}
      />
      <Select
        name="Kind"
        chosen={choice.kind}
        options={kinds.map((kind) => ({ value: kind, text: EVENT_KINDS[kind] }))}
        choose={(kind) => choose({ kind })}
      />
      <ShownCount shown={chosen.length} all={lines.length} />
      <button type="button" disabled={chosen.length === 0} onClick={() => download(jsonLines(chosen))}>
        Download as JSON lines
      </button>
    </div>
  );
}

/** Links to what is this grave or graver, each with its number. */
function SeverityTabs({ lines, choice }: Omit<EventFiltersProps, "chosen">) {
  return (
    <nav class="tabs" aria-label="Events by severity">
      {SEVERITY_CHOICES.map((severity) => (
        <a
          key={severity ?? "all"}
          href={eventsAddress({ ...choice, severity })}
          aria-current={choice.severity === severity ? "true" : undefined}
          title={severity === null ? undefined : titleOf(severity)}
        >
          {choiceLabel(severity)} <b>{lines.filter((line) => isChosen(line, { ...choice, severity })).length}</b>
        </a>
      ))}
    </nav>
  );
}

function choiceLabel(severity: Severity | null): string {
  if (severity === null) return "all";
  return severity === SEVERITY_NAMES.at(-1) ? severity : `${severity} or worse`;
}

function titleOf(severity: Severity): string {
  return SEVERITY_NAMES.filter((name) => isAtLeast(name, severity))
    .map((name) => `${name}: ${SEVERITIES[name]}`)
    .join("\n");
}

interface SelectProps<T extends string> {
  readonly name: string;
  readonly chosen: T | null;
  readonly options: readonly { readonly value: T; readonly text: string }[];
  readonly choose: (value: T | null) => void;
}

function Select<T extends string>({ name, chosen, options, choose }: SelectProps<T>) {
  // By place, because a guest may have any name, also an empty one.
  const place = options.findIndex(({ value }) => value === chosen);
  return (
    <label class="filter">
      <span>{name}</span>
      <select
        value={String(place)}
        onChange={(event) => choose(options[Number(event.currentTarget.value)]?.value ?? null)}
      >
        <option value="-1">all</option>
        {options.map(({ value, text }, nth) => (
          <option key={value} value={String(nth)}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
}

/** The guests that have events, and the one that is asked for. */
function guestsOf(lines: readonly EventLine[], { guest }: EventChoice): readonly string[] {
  const names = new Set(lines.map(({ events: [{ record }] }) => guestOfRecord(record)));
  return [...names.add(guest)].filter((name) => name !== null).sort(NATURAL.compare);
}

function kindOf({ events: [{ record }] }: EventLine): string {
  return record.kind;
}

function download(text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: "application/jsonl" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = "selfballoon-events.jsonl";
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), DOWNLOAD_MS);
}
