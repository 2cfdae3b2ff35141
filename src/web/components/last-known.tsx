import type { FleetHostAnswer } from "../../fleet/service/answers.ts";
import { missingMb } from "../../view/missing-mb.ts";
import { GuestList } from "../fleet/guest-list.tsx";
import { usePolled } from "../poll.ts";
import "../fleet/fleet.css";

const READ_MS = 5000;

/** What the fleet heard last of a host whose page can't be read. */
export function LastKnown({ host }: { readonly host: string }) {
  const { value } = usePolled<FleetHostAnswer>(`/v1/fleet/hosts/${host}`, READ_MS);
  if (value === null || value.ageMs === null) return <p class="empty">Nothing is known of {host} yet.</p>;
  const { ageMs, isStale } = value;
  const guests = value.guests.map((guest) => ({
    ...guest,
    ...{ host, isStale, missingMb: missingMb(guest) },
  }));
  return (
    <section aria-labelledby="last-title">
      <h2 id="last-title">
        What {host} said last, {Math.round(ageMs / 1000)} s ago
        {isStale && <strong class="fleet-alarm"> (stale)</strong>}
      </h2>
      <GuestList answer={{ guests, found: guests.length }} />
    </section>
  );
}
