import type { FleetView } from "./fleet-view.ts";
import { isShort, missingMb } from "./guest-row.ts";
import type { FleetGuestsAnswer, PlacedGuest } from "./service/answers.ts";

/** Which guests of a fleet are looked for. */
export interface GuestSearch {
  /** Only those that have less than they need. */
  readonly isShort: boolean;
  /** All of these words are in the guest's or its host's name, or in why it has what it has. */
  readonly words: readonly string[];
  /** The most that are given. */
  readonly limit: number;
}

/** Look for guests over all hosts: short ones first, the neediest before the others, then by host. */
export function findGuests(view: FleetView, search: GuestSearch): FleetGuestsAnswer {
  const words = search.words.map((word) => word.toLowerCase());
  const found: PlacedGuest[] = [];
  for (const { host, isStale } of view.list()) {
    for (const row of view.guests(host)) {
      const lacksMb = isShort(row) ? missingMb(row) : null;
      if (search.isShort && lacksMb === null) continue;
      const text = `${row.guest} ${host} ${row.reason ?? ""} ${row.problem ?? ""}`.toLowerCase();
      if (words.every((word) => text.includes(word))) found.push({ ...row, host, isStale, lacksMb });
    }
  }
  found.sort((a, b) => (b.lacksMb ?? -1) - (a.lacksMb ?? -1));
  return { guests: found.slice(0, search.limit), found: found.length };
}
