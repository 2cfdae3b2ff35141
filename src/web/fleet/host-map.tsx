import type { HostView } from "../../fleet/fleet-view.ts";
import { mebibytesText } from "../../view/amounts.ts";
import { isInTrouble } from "../../view/host-health.ts";
import { standingText } from "../../view/standing.ts";
import { hostAddress } from "../fleet-host.ts";
import { largestMb, partsOf } from "./host-parts.ts";

/** Every host at a glance, a bar each in the order given, those in trouble marked. All that it says is in the table too, for who can't see it. */
export function HostMap({ hosts }: { readonly hosts: readonly HostView[] }) {
  const longestMb = largestMb(hosts);
  return (
    <div class="fleet-map" aria-hidden="true">
      {hosts.map((host) => (
        <HostCell key={host.host} view={host} longestMb={longestMb} />
      ))}
    </div>
  );
}

/** Whole percents, so that a bar that has hardly changed is not drawn again. */
function HostCell({ view, longestMb }: { readonly view: HostView; readonly longestMb: number }) {
  const { host, state, isStale } = view;
  const { used, spare, saved } = state === null ? NOTHING : partsOf(state, longestMb);
  const ends = [used, used + spare, used + spare + saved].map((end) => `${Math.round(end)}%`);
  const isAlarm = state !== null && isInTrouble(state);
  const marks = [isAlarm ? " fleet-cell-alarm" : "", isStale ? " fleet-cell-stale" : ""].join("");
  return (
    <a
      class={`fleet-cell${marks}`}
      tabIndex={-1}
      href={hostAddress(host)}
      title={cellText(view)}
      style={{ "--used-end": ends[0], "--spare-end": ends[1], "--saved-end": ends[2] }}
    >
      {host}
    </a>
  );
}

const NOTHING = { used: 0, spare: 0, saved: 0 };

function cellText({ host, state, isStale }: HostView): string {
  if (state === null) return `${host}: it has told nothing yet`;
  const { currentMb, maximumMb } = state;
  return `${host}: ${state.guests} guests have ${mebibytesText(currentMb)} of ${mebibytesText(maximumMb)}, ${standingText(state)}${isStale ? " (stale)" : ""}`;
}
