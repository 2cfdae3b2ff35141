import { useState } from "preact/hooks";
import { shownGuest } from "../../core/shown-text.ts";
import { bytesText, percentText } from "../../view/amounts.ts";
import { type Sorting, type SortKey, selectRows, WORST_FIRST } from "../../view/guest-rows.ts";
import { isBelowLine, type Standing } from "../../view/standing.ts";
import { guestAddress } from "../address.ts";
import type { GuestView } from "../model.ts";
import { MemoryBar } from "./memory-bar.tsx";
import { Spacer, useRowsInView } from "./rows-in-view.tsx";
import { Sparkline } from "./sparkline.tsx";
import { StandingTabs } from "./standing-tabs.tsx";
import { StateChip } from "./state-chip.tsx";
import { FilterField, ShownCount } from "./table-filter.tsx";

const ROW_HEIGHT = 44;

interface Column {
  readonly key: SortKey;
  readonly name: string;
  readonly about: string;
  readonly text: (view: GuestView) => string;
}

/** The columns between the guest's name and state, and its sparkline. */
const FIGURES: readonly Column[] = [
  {
    key: "current",
    name: "Has",
    about: "RAM that the guest has now; the bar is all that it may have, the mark its goal",
    text: ({ figures }) => bytesText(figures?.currentBytes),
  },
  {
    key: "available",
    name: "Available",
    about: "What the guest's programs could use at once; red below its emergency line",
    text: ({ figures }) => bytesText(figures?.availableBytes),
  },
  {
    key: "target",
    name: "Target",
    about: "RAM that the guest should have after the last step",
    text: ({ figures }) => bytesText(figures?.targetBytes),
  },
  {
    key: "goal",
    name: "Goal",
    about: "Where the target is heading",
    text: ({ figures }) => bytesText(figures?.goalBytes),
  },
  {
    key: "floor",
    name: "Floor",
    about: "The least that the target may be",
    text: ({ figures }) => bytesText(figures?.floorBytes),
  },
  {
    key: "committed",
    name: "Committed",
    about: "What the guest's programs were promised",
    text: ({ figures }) => bytesText(figures?.committedBytes),
  },
  {
    key: "swap",
    name: "In swap",
    about: "What the guest holds in compressed swap",
    text: ({ figures }) => bytesText(figures?.compressedSwapBytes),
  },
  {
    key: "pressure",
    name: "Pressure",
    about: "Share of time in which a task waited for memory (PSI some)",
    text: ({ psiPercent }) => percentText(psiPercent),
  },
];

const COLUMN_COUNT = FIGURES.length + 3;

interface GuestTableProps {
  readonly guests: ReadonlyMap<string, GuestView>;
  /** Those that are shown; null: all. */
  readonly standing: Standing | null;
}

/** All guests, to sort and filter; only the rows in view are drawn, so that a thousand stay smooth. */
export function GuestTable({ guests, standing }: GuestTableProps) {
  const [filter, setFilter] = useState("");
  const [sorting, setSorting] = useState<Sorting>(WORST_FIRST);
  const rows = selectRows(guests.values(), filter, sorting, standing);
  const { box, first, end } = useRowsInView(ROW_HEIGHT, rows.length);
  const sortBy = (key: SortKey): void =>
    setSorting({ key, descending: sorting.key === key ? !sorting.descending : key !== "guest" && key !== "reason" });
  return (
    <section aria-labelledby="guests-title" class="guests">
      <div class="table-head">
        <h2 id="guests-title">Guests</h2>
        <FilterField value={filter} placeholder="name or state" take={setFilter} />
        <ShownCount shown={rows.length} all={guests.size} />
        <StandingTabs guests={guests} chosen={standing} />
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a part that scrolls must be reachable by keyboard */}
      <section class="scroll" ref={box} tabIndex={0} aria-label="Table of guests">
        <table aria-rowcount={rows.length + 1} aria-colcount={COLUMN_COUNT}>
          <thead>
            <tr>
              <SortHeading name="Guest" sortKey="guest" sorting={sorting} sortBy={sortBy} about="" />
              <SortHeading
                name="State"
                sortKey="reason"
                sorting={sorting}
                sortBy={sortBy}
                about="What the last step did; sorted by how the guest stands, the worst first"
              />
              {FIGURES.map(({ key, name, about }) => (
                <SortHeading key={key} name={name} sortKey={key} sorting={sorting} sortBy={sortBy} about={about} />
              ))}
              <th scope="col" class="column-trend" title="RAM that the guest had over its last 60 steps">
                Trend
              </th>
            </tr>
          </thead>
          <tbody>
            <Spacer rows={first} rowHeight={ROW_HEIGHT} />
            {rows.slice(first, end).map((view, index) => (
              <Row key={view.guest} view={view} index={first + index} />
            ))}
            <Spacer rows={rows.length - end} rowHeight={ROW_HEIGHT} />
          </tbody>
        </table>
        {rows.length === 0 && (
          <p class="empty">{guests.size === 0 ? "No guests were found yet." : "No guest matches."}</p>
        )}
      </section>
    </section>
  );
}

function Row({ view, index }: { readonly view: GuestView; readonly index: number }) {
  return (
    <tr aria-rowindex={index + 2}>
      <th scope="row">
        <a href={guestAddress(view.guest, "live")} title={shownGuest(view.guest)}>
          {shownGuest(view.guest)}
        </a>
      </th>
      <td>
        <StateChip view={view} />
      </td>
      {FIGURES.map(({ key, text }) => (
        <td key={key} class={`number column-${key}${key === "available" && isBelowLine(view) ? " below-line" : ""}`}>
          {text(view)}
          {key === "current" && <MemoryBar figures={view.figures} />}
        </td>
      ))}
      <td class="spark column-trend">
        <Sparkline points={view.points} />
      </td>
    </tr>
  );
}

interface HeadingProps {
  readonly name: string;
  readonly about: string;
  readonly sortKey: SortKey;
  readonly sorting: Sorting;
  readonly sortBy: (key: SortKey) => void;
}

function SortHeading({ name, about, sortKey, sorting, sortBy }: HeadingProps) {
  const isSorted = sorting.key === sortKey;
  const order = sorting.descending ? "descending" : "ascending";
  const isWord = sortKey === "guest" || sortKey === "reason";
  return (
    <th
      scope="col"
      aria-sort={isSorted ? order : undefined}
      class={isWord ? undefined : `number column-${sortKey}`}
      title={about}
    >
      <button type="button" onClick={() => sortBy(sortKey)}>
        {name}
        <span aria-hidden="true" class="arrow">
          {isSorted ? (sorting.descending ? "▾" : "▴") : ""}
        </span>
      </button>
    </th>
  );
}
