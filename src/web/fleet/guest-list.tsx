import type { FleetGuestsAnswer } from "../../fleet/service/answers.ts";
import { mebibytesText } from "../../view/amounts.ts";
import { hostAddress } from "../fleet-host.ts";

/** Rows that are drawn; a search narrows them down. */
const SHOWN = 100;

/** Guests of all hosts, those first that need it most. */
export function GuestList({ answer: { guests, found } }: { readonly answer: FleetGuestsAnswer }) {
  if (guests.length === 0) return <p class="empty">None.</p>;
  const shown = guests.slice(0, SHOWN);
  return (
    <>
      <table class="fleet-table">
        <thead>
          <tr>
            <th scope="col">Guest</th>
            <th scope="col">Host</th>
            <th scope="col">Stands</th>
            <th scope="col">Has</th>
            <th scope="col" class="fleet-wide">
              Goal
            </th>
            <th scope="col">Lacks</th>
            <th scope="col" class="fleet-wide">
              Why
            </th>
          </tr>
        </thead>
        <tbody>
          {shown.map(({ guest, host, currentMb, goalMb, missingMb, standing, reason, problem, isStale }) => (
            <tr key={`${host} ${guest}`} class={isStale ? "fleet-stale" : ""}>
              <th scope="row">
                <a href={hostAddress(host, guest)}>{guest}</a>
              </th>
              <td>{host}</td>
              <td class={standing === "short" || standing === "unreadable" ? "fleet-alarm" : ""}>
                {standing}
                {isStale && " (stale)"}
              </td>
              <td>{mebibytesText(currentMb)}</td>
              <td class="fleet-wide">{mebibytesText(goalMb)}</td>
              <td>{mebibytesText(missingMb)}</td>
              <td class="fleet-wide">{problem ?? reason ?? "no step yet"}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {found > shown.length && <p class="note">{found - shown.length} more: look for what you mean.</p>}
    </>
  );
}
