import { missingMb } from "../view/missing-mb.ts";
import type { Standing } from "../view/standing.ts";
import type { FleetView } from "./fleet-view.ts";
import { byNeed } from "./guest-summary.ts";
import type { FleetGuestsAnswer, PlacedGuest } from "./service/answers.ts";

/** Which guests of a fleet are looked for. */
export interface GuestSearch {
  /** Those that stand like one of these. */
  readonly standings: readonly Standing[];
  /** All of these words are in the guest's or its host's name, or in why it has what it has. */
  readonly words: readonly string[];
  /** The most that are given. */
  readonly limit: number;
}

/** Look for guests over all hosts: those first that need it most. */
export function findGuests(view: FleetView, search: GuestSearch): FleetGuestsAnswer {
  const words = search.words.map((word) => word.toLowerCase());
  const found: PlacedGuest[] = [];
  for (const { host, isStale } of view.list()) {
    for (const row of view.guests(host)) {
      if (!search.standings.includes(row.standing)) continue;
      const text = `${row.guest} ${host} ${row.standing} ${row.reason ?? ""} ${row.problem ?? ""}`.toLowerCase();
      if (words.every((word) => text.includes(word))) found.push({ ...row, host, isStale, missingMb: missingMb(row) });
    }
  }
  found.sort(byNeed);
  return { guests: found.slice(0, search.limit), found: found.length };
}
