import { describe, expect, it } from "vitest";
import { FleetView } from "../../../src/fleet/fleet-view.ts";
import type { Scope } from "../../../src/fleet/scope.ts";
import { settingsOverview } from "../../../src/fleet/settings-overview.ts";
import { encode, type Outgoing } from "../../../src/fleet/wire.ts";
import { hostState } from "../../support/fleet.ts";

const RACK: Scope = { kind: "label", name: "rack", value: "a1" };
const REFUSAL = { scope: "rack=a1", guest: null, name: "guard", problem: "it must be 0 or 1" };

function viewOf(...states: readonly Outgoing<"state">[]): FleetView {
  const view = new FleetView(() => 0);
  for (const state of states) view.takeKey(state.host, "state", encode<"state">(state), state.at);
  return view;
}

/** What a host says of settings: the number that it has taken for the rack. */
const taken = (revision: number) => ({ taken: { "label.rack.a1": revision }, refused: [REFUSAL], refusedInAll: 1 });

describe("what is set for a fleet", () => {
  it("says which hosts have taken it, which not and why, and who refuses what", () => {
    const labels = { rack: "a1" };
    const hosts = viewOf(
      hostState("h1", { at: 60_000, labels, settings: taken(7) }),
      hostState("h2", { at: 60_000, labels, settings: { ...taken(6), refused: [] } }),
      hostState("h3", { at: 60_000, labels }),
      hostState("h4", { at: 0, labels, settings: taken(7) }),
      hostState("h5", { at: 60_000, labels: { rack: "b1" } }),
    );
    const document = { settings: { guard: "7" }, guests: { "db*": { weight: "2" } } };
    const overview = settingsOverview([{ scope: RACK, document, revision: 7, problem: null }], hosts);
    expect(overview).toEqual({
      scopes: [
        {
          scope: "rack=a1",
          revision: 7,
          settings: [
            { guest: null, name: "guard", value: "7", taken: 0 },
            { guest: "db*", name: "weight", value: "2", taken: 1 },
          ],
          problem: null,
          hosts: 4,
          waiting: [
            { host: "h2", because: "has not taken it yet" },
            { host: "h3", because: "knows no settings" },
            { host: "h4", because: "is stale" },
          ],
          rollout: null,
        },
      ],
      refused: [{ host: "h1", ...REFUSAL }],
    });
  });

  it("says of a roll-out who has it first, who holds it, and how long it is watched yet", () => {
    const trouble = { upS: 100, oomKills: 0, emergencies: 0 };
    const said = { labels: { rack: "a1" }, at: 60_000, trouble };
    const hosts = viewOf(
      hostState("h1", { ...said, settings: { ...taken(7), refused: [] } }),
      hostState("h2", { ...said, settings: { ...taken(6), refused: [] } }),
    );
    const rolloutOn = (first: string[], sinceMs: number | null) => {
      const begun = { atMs: 0, before: { h1: trouble, h2: trouble } };
      const phase = { is: "first" as const, begun, sinceMs };
      const rollout = { id: "0a1b2c3d", guest: null, values: { guard: "0" }, hosts: first, watchMs: 90_000, phase };
      const document = { settings: {}, guests: {}, rollout };
      return settingsOverview([{ scope: RACK, document, revision: 7, problem: null }], hosts).scopes[0]?.rollout;
    };
    const same = { id: "0a1b2c3d", is: "first", guest: null, values: { guard: "0" }, watchMs: 90_000 };
    expect(rolloutOn(["h1"], 50_000)).toMatchObject({ ...same, first: ["h1"], restMs: 80_000, heldBy: [] });
    expect(rolloutOn(["h1", "h2"], null)).toMatchObject({ ...same, restMs: null, heldBy: ["h2"] });
  });

  it("leaves out scopes for which nothing is set, but not those that hold nonsense", () => {
    const empty = { document: { settings: {}, guests: {} }, revision: 1 };
    const overview = settingsOverview(
      [
        { scope: RACK, ...empty, problem: null },
        { scope: { kind: "all" }, ...empty, problem: "it is no JSON" },
      ],
      viewOf(),
    );
    expect(overview.scopes.map(({ scope, problem }) => [scope, problem])).toEqual([["all", "it is no JSON"]]);
  });
});
