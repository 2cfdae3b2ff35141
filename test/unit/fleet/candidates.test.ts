import { describe, expect, it } from "vitest";
import { candidatesFor } from "../../../src/fleet/candidates.ts";
import { FleetView } from "../../../src/fleet/fleet-view.ts";
import { encode } from "../../../src/fleet/wire.ts";
import { hostState } from "../../support/fleet.ts";

const SERVER_MS = 1_700_000_000_000;

function viewOf(states: readonly Parameters<typeof hostState>[], staleHosts: readonly string[] = []): FleetView {
  const view = new FleetView(() => 0);
  view.noteTime(SERVER_MS);
  for (const [host, change] of states) {
    const ageMs = staleHosts.includes(host) ? 60_000 : 0;
    view.takeKey(host, "state", encode<"state">(hostState(host, change)), SERVER_MS - ageMs);
  }
  return view;
}

const NO_LABELS = { labels: {} };

describe("hosts that are asked for memory", () => {
  it("are those first where it is free, the most free first, then those that could free most of what is not in use", () => {
    const view = viewOf([
      ["little", { freeMb: 100, availableMb: 200 }],
      ["some", { freeMb: 1000, availableMb: 50 }],
      ["spare", { freeMb: 0, availableMb: 900 }],
      ["most", { freeMb: 4000, availableMb: 0 }],
    ]);
    expect(candidatesFor(1000, view.list(), NO_LABELS)).toEqual(["most", "some", "spare", "little"]);
  });

  it("are none that are stale, share no budget, or lack a label", () => {
    const states: readonly Parameters<typeof hostState>[] = [
      ["stale", { labels: { rack: "a", disk: "ssd" } }],
      ["alone", { freeMb: null, labels: { rack: "a" } }],
      ["other", { labels: { rack: "b" } }],
      ["bare", {}],
      ["right", { labels: { rack: "a", disk: "ssd" } }],
    ];
    const hosts = viewOf(states, ["stale"]).list();
    expect(candidatesFor(10, hosts, { labels: { rack: "a" } })).toEqual(["right"]);
    expect(candidatesFor(10, hosts, NO_LABELS)).toEqual(["bare", "other", "right"]);
    expect(candidatesFor(10, hosts, { labels: { constructor: "x" } })).toEqual([]);
  });
});
