import type { GuestSummary } from "../../src/fleet/guest-summary.ts";
import type { Outgoing } from "../../src/fleet/wire.ts";

/** A guest of 1 GiB at its goal; every field may be replaced. */
export function row(guest: string, change: Partial<GuestSummary> = {}): GuestSummary {
  return {
    guest,
    currentMb: 500,
    targetMb: 500,
    goalMb: 500,
    maximumMb: 1024,
    availableMb: 100,
    standing: "well",
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
    freeMb: 6680,
    guests: 2,
    currentMb: 1000,
    maximumMb: 2048,
    availableMb: 200,
    wantedMb: 1000,
    short: 0,
    held: 0,
    unreadable: 0,
    worst: [],
    dropped: 0,
    ...change,
  };
}
