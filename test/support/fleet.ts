import type { GuestRow } from "../../src/fleet/guest-row.ts";
import type { Outgoing } from "../../src/fleet/wire.ts";

/** A guest of 1 GiB at its goal; every field may be replaced. */
export function row(guest: string, change: Partial<GuestRow> = {}): GuestRow {
  return {
    guest,
    currentMb: 500,
    targetMb: 500,
    goalMb: 500,
    maximumMb: 1024,
    availableMb: 100,
    reason: "at_goal",
    problem: null,
    ...change,
  };
}

/** What a host with two such guests says of itself. */
export function hostState(host: string, change: Partial<Outgoing<"state">> = {}): Outgoing<"state"> {
  return {
    host,
    at: 0,
    leaseS: 20,
    version: "1.2.3",
    doing: "a test",
    labels: {},
    budgetMb: 8192,
    reserveMb: 512,
    guests: 2,
    currentMb: 1000,
    maximumMb: 2048,
    availableMb: 200,
    wantedMb: 1000,
    short: 0,
    unreadable: 0,
    worst: [],
    dropped: 0,
    ...change,
  };
}
