import { countOf } from "../view/standing.ts";
import type { GuestSummary } from "./guest-summary.ts";
import type { HostState } from "./wire.ts";

/** What a host says of all its guests together: how many stand how, and sums over those whose figures are known, in MiB. */
export type GuestSums = Pick<
  HostState,
  "guests" | "currentMb" | "maximumMb" | "availableMb" | "wantedMb" | "short" | "held" | "unreadable"
>;

/** The same worked out of its guests. */
export function sumsOf(rows: readonly GuestSummary[]): GuestSums {
  const sum = (of: (row: GuestSummary) => number): number => rows.reduce((all, row) => all + of(row), 0);
  const { short, held, unreadable } = countOf(rows.map(({ standing }) => standing));
  return {
    guests: rows.length,
    currentMb: sum(({ currentMb }) => currentMb ?? 0),
    maximumMb: sum(({ maximumMb, currentMb }) => Math.max(maximumMb ?? 0, currentMb ?? 0)),
    availableMb: sum(({ availableMb, currentMb }) => Math.min(availableMb ?? 0, currentMb ?? 0)),
    wantedMb: sum(({ goalMb, currentMb }) => goalMb ?? currentMb ?? 0),
    short,
    held,
    unreadable,
  };
}
