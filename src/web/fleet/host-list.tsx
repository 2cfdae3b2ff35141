import { BYTES_PER_MIB } from "../../core/units.ts";
import type { HostView } from "../../fleet/fleet-view.ts";
import { bytesText } from "../../view/amounts.ts";

const mib = (amount: number | null): string => bytesText(amount === null ? null : amount * BYTES_PER_MIB);

/** Every host: what its guests have of what they could have, as a bar, and whether that still holds. */
export function HostList({ hosts }: { readonly hosts: readonly HostView[] }) {
  const largestMb = Math.max(1, ...hosts.map(({ state }) => sizeMb(state)));
  return (
    <section aria-labelledby="hosts-title">
      <h2 id="hosts-title">Hosts</h2>
      <table class="fleet-table">
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
        <tbody>
          {hosts.map((host) => (
            <HostRow key={host.host} host={host} largestMb={largestMb} />
          ))}
        </tbody>
      </table>
      {hosts.length === 0 && <p class="empty">No host has told anything yet.</p>}
    </section>
  );
}

function sizeMb(state: HostView["state"]): number {
  return Math.max(state?.maximumMb ?? 0, state?.budgetMb ?? 0);
}

function HostRow({ host: view, largestMb }: { readonly host: HostView; readonly largestMb: number }) {
  const { host, state, ageMs, isStale, refused } = view;
  const seconds = Math.round((ageMs ?? 0) / 1000);
  return (
    <tr class={isStale ? "fleet-stale" : ""}>
      <th scope="row">
        {host}
        {state !== null && <span class="about"> {Object.values(state.labels).join(" ")}</span>}
        {refused !== null && <span class="fleet-alarm"> not taken: {refused}</span>}
      </th>
      <td>{state !== null && <HostBar state={state} largestMb={largestMb} />}</td>
      <td class="fleet-wide">{state?.guests ?? "–"}</td>
      <td class={(state?.short ?? 0) > 0 ? "fleet-alarm" : ""}>{state?.short ?? "–"}</td>
      <td>{state?.held ?? "–"}</td>
      <td class="fleet-wide">{mib(state?.currentMb ?? null)}</td>
      <td class="fleet-wide">{mib(state?.wantedMb ?? null)}</td>
      <td class="fleet-wide">{mib(state?.budgetMb ?? null)}</td>
      <td>
        {state === null ? "never" : `${seconds} s ago`}
        {isStale && <strong class="fleet-alarm"> stale</strong>}
      </td>
    </tr>
  );
}

function HostBar({ state, largestMb }: { readonly state: NonNullable<HostView["state"]>; readonly largestMb: number }) {
  const { currentMb, availableMb, maximumMb } = state;
  const width = (amount: number): string => `${(Math.max(0, amount) / largestMb) * 100}%`;
  return (
    <div class="fleet-bar" aria-hidden="true">
      <div class="bar-used" style={{ width: width(currentMb - availableMb) }} />
      <div class="bar-available" style={{ width: width(availableMb) }} />
      <div class="bar-saved" style={{ width: width(maximumMb - currentMb) }} />
    </div>
  );
}
