import { useState } from "preact/hooks";
import type { HostView } from "../../fleet/fleet-view.ts";
import { mebibytesText } from "../../view/amounts.ts";
import { healthTexts } from "../../view/host-health.ts";
import { hostsWithWords } from "../../view/host-order.ts";
import { Spacer, useRowsInView } from "../components/rows-in-view.tsx";
import { FilterField, ShownCount } from "../components/table-filter.tsx";
import { hostAddress } from "../fleet-host.ts";
import { largestMb, partsOf } from "./host-parts.ts";

/** As the style sheet has them. */
const ROW_HEIGHT = 36;

/** Every host in the order given: what its guests have of what they could have, as a bar, and whether that still holds. */
export function HostList({ hosts }: { readonly hosts: readonly HostView[] }) {
  const [filter, setFilter] = useState("");
  const rows = hostsWithWords(hosts, filter);
  const { box, first, end } = useRowsInView(ROW_HEIGHT, rows.length);
  const longestMb = largestMb(hosts);
  return (
    <section aria-labelledby="hosts-title">
      <div class="table-head">
        <h2 id="hosts-title">Hosts</h2>
        <FilterField value={filter} placeholder="name or label" take={setFilter} />
        <ShownCount shown={rows.length} all={hosts.length} />
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a part that scrolls must be reachable by keyboard */}
      <section class="scroll fleet-scroll" ref={box} tabIndex={0} aria-label="Table of hosts">
        <table class="fleet-table fleet-hosts" aria-rowcount={rows.length + 1}>
          <HostHeadings />
          <tbody>
            <Spacer rows={first} rowHeight={ROW_HEIGHT} />
            {rows.slice(first, end).map((host, index) => (
              <HostRow key={host.host} host={host} nth={first + index} longestMb={longestMb} />
            ))}
            <Spacer rows={rows.length - end} rowHeight={ROW_HEIGHT} />
          </tbody>
        </table>
        {rows.length === 0 && (
          <p class="empty">{hosts.length === 0 ? "No host has told anything yet." : "No host matches."}</p>
        )}
      </section>
    </section>
  );
}

function HostHeadings() {
  return (
    <thead>
      <tr>
        <th scope="col">Host</th>
        <th scope="col">In use, spare, saved</th>
        <th scope="col" class="fleet-wide">
          Guests
        </th>
        <th scope="col">Short</th>
        <th scope="col">Held</th>
        <th scope="col" class="fleet-wide">
          Have
        </th>
        <th scope="col" class="fleet-wide">
          Want
        </th>
        <th scope="col" class="fleet-wide">
          Budget
        </th>
        <th scope="col">Seen</th>
      </tr>
    </thead>
  );
}

interface HostRowProps {
  readonly host: HostView;
  readonly nth: number;
  readonly longestMb: number;
}

function HostRow({ host: view, nth, longestMb }: HostRowProps) {
  const { state, ageMs, isStale } = view;
  const seconds = Math.round((ageMs ?? 0) / 1000);
  return (
    <tr class={isStale ? "fleet-stale" : ""} aria-rowindex={nth + 2}>
      <HostName host={view} />
      <td>{state !== null && <HostBar state={state} longestMb={longestMb} />}</td>
      <td class="fleet-wide">{state?.guests ?? "–"}</td>
      <td class={(state?.short ?? 0) > 0 ? "fleet-alarm" : ""}>{state?.short ?? "–"}</td>
      <td>{state?.held ?? "–"}</td>
      <td class="fleet-wide">{mebibytesText(state?.currentMb ?? null)}</td>
      <td class="fleet-wide">{mebibytesText(state?.wantedMb ?? null)}</td>
      <td class="fleet-wide">{mebibytesText(state?.budgetMb ?? null)}</td>
      <td>
        {state === null ? "never" : `${seconds} s ago`}
        {isStale && <strong class="fleet-alarm"> stale</strong>}
      </td>
    </tr>
  );
}

function HostName({ host: { host, state, refused } }: { readonly host: HostView }) {
  const labels = Object.values(state?.labels ?? {}).join(" ");
  const wrong = [...(state === null ? [] : healthTexts(state)), ...(refused === null ? [] : [`not taken: ${refused}`])];
  const why = wrong.join("; ");
  return (
    <th scope="row" title={[host, labels, why].filter((text) => text !== "").join(" ")}>
      <a href={hostAddress(host)}>{host}</a> <span class="about">{labels}</span>
      {why !== "" && <span class="fleet-alarm"> {why}</span>}
    </th>
  );
}

function HostBar({ state, longestMb }: { readonly state: NonNullable<HostView["state"]>; readonly longestMb: number }) {
  const { used, spare, saved } = partsOf(state, longestMb);
  return (
    <div class="fleet-bar" aria-hidden="true">
      <div class="bar-used" style={{ width: `${used}%` }} />
      <div class="bar-available" style={{ width: `${spare}%` }} />
      <div class="bar-saved" style={{ width: `${saved}%` }} />
    </div>
  );
}
