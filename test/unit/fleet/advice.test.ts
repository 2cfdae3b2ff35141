import { describe, expect, it } from "vitest";
import { adviseFleet, movesToFree } from "../../../src/fleet/advice.ts";
import { FleetView } from "../../../src/fleet/fleet-view.ts";
import type { GuestSummary } from "../../../src/fleet/guest-summary.ts";
import { encode, pack } from "../../../src/fleet/wire.ts";
import { hostState, row } from "../../support/fleet.ts";

interface Host {
  readonly freeMb: number;
  readonly guests?: readonly GuestSummary[];
}

function viewOf(hosts: Readonly<Record<string, Host>>): FleetView {
  const view = new FleetView(() => 0);
  for (const [host, { freeMb, guests = [] }] of Object.entries(hosts)) {
    view.takeKey(host, "state", encode<"state">(hostState(host, { freeMb })), 0);
    view.takeKey(host, "guests", encode<"guests">({ host, at: 0, rows: guests.map(pack) }), 0);
  }
  return view;
}

const held = (guest: string, currentMb: number, goalMb: number): GuestSummary =>
  row(guest, { standing: "held", currentMb, goalMb });
const well = (guest: string, currentMb: number, availableMb = 0): GuestSummary =>
  row(guest, { currentMb, goalMb: currentMb, availableMb });

describe("advice on a fleet", () => {
  it("is none where nobody is short", () => {
    expect(adviseFleet(viewOf({ a: { freeMb: 0, guests: [well("x", 500)] }, b: { freeMb: 9000 } }))).toEqual([]);
  });

  it("names the smallest guest whose move is enough, and the host whose room it fills best", () => {
    const view = viewOf({
      short: { freeMb: 0, guests: [held("db", 2000, 2600), well("small", 300), well("fit", 700), well("big", 4000)] },
      roomy: { freeMb: 9000 },
      tight: { freeMb: 800 },
    });
    expect(adviseFleet(view)).toEqual([
      {
        host: "short",
        lacksMb: 600,
        moves: [{ guest: "fit", from: "short", to: "tight", wantsMb: 700, hasMb: 700 }],
      },
    ]);
  });

  it("names the largest where none is enough, and sends no host more than it has free", () => {
    const view = viewOf({
      short: { freeMb: 0, guests: [held("a", 1000, 2500), held("b", 900, 1000), well("c", 800)] },
      roomy: { freeMb: 1500 },
    });
    const [advice] = adviseFleet(view);
    expect(advice?.lacksMb).toBe(1600);
    expect(advice?.moves.map(({ guest }) => guest)).toEqual(["b"]);
  });

  it("sends nobody to a host that is short itself, and says so by naming no move", () => {
    const view = viewOf({
      a: { freeMb: 0, guests: [held("x", 100, 300)] },
      b: { freeMb: 5000, guests: [held("y", 100, 150)] },
    });
    expect(adviseFleet(view).map(({ host, moves }) => [host, moves.length])).toEqual([
      ["a", 0],
      ["b", 0],
    ]);
  });

  it("counts what a guest uses, to make room: the rest it would give where it is", () => {
    const view = viewOf({
      near: { freeMb: 0, guests: [well("cache", 3000, 2900), well("busy", 1200, 100)] },
      roomy: { freeMb: 9000 },
    });
    expect(movesToFree(view, "near", 1000).map(({ guest }) => guest)).toEqual(["busy"]);
  });
});
