import { describe, expect, it } from "vitest";
import { changeTunables, firstControls, listTunables, rebase } from "../../../../src/core/controls/controls.ts";
import {
  configuredWithFleet,
  judgeFleetSettings,
  NO_FLEET_SETTINGS,
  rulesWithFleet,
  type ScopeSettings,
} from "../../../../src/core/controls/fleet-settings.ts";
import { NO_LIMITS } from "../../../../src/core/limits.ts";
import { type Configured, chooseSetting, createSettings, type Source } from "../../../../src/core/settings.ts";
import { TUNABLES } from "../../../../src/core/tunables.ts";

const settings = createSettings({ hasCompressedSwap: false });

function scope(name: string, said: Partial<ScopeSettings>): ScopeSettings {
  return { scope: name, settings: {}, guests: {}, ...said };
}

/** A configuration in which `guard_headroom_mb` is 70 by the word of `source`. */
function saidBy(source: Source): Configured {
  const change = chooseSetting(settings, "guard_headroom_mb", "70", true);
  if (!change.ok) throw new Error(change.refusal);
  return { settings: change.settings, sources: { guard_headroom_mb: source }, guestTunables: () => ({ guard: 0 }) };
}

const headroom = (value: string): ScopeSettings => scope("all", { settings: { guard_headroom_mb: value } });

describe("what a fleet sets", () => {
  it("holds as its last scope says it, value by value", () => {
    const fleet = judgeFleetSettings(
      [
        scope("all", { settings: { guard_headroom_mb: "80", guard_emergency_mb: "30" } }),
        scope("host h1", { settings: { guard_headroom_mb: "90" } }),
      ],
      settings,
      true,
    );
    expect(fleet.tunables).toEqual({ guard_headroom_mb: 90, guard_emergency_mb: 30 });
  });

  it("holds for a guest as the last pattern of the last scope says it, in the order of their characters", () => {
    const fleet = judgeFleetSettings(
      [
        scope("all", { guests: { db1: { weight: "4" }, "*": { weight: "2", max_mb: "900" }, "db*": { weight: "3" } } }),
        scope("rack=a1", { guests: { "*": { max_mb: "800" } } }),
      ],
      settings,
      true,
    );
    const rules = { budget: { memoryBytes: 1, reserveBytes: 0 }, terms: () => ({ ...NO_LIMITS, isManaged: false }) };
    const { terms } = rulesWithFleet(rules, fleet);
    expect([terms("db1"), terms("db2"), terms("web")]).toMatchObject([
      { weight: 4, maxMb: 800, isManaged: false },
      { weight: 3, maxMb: 800 },
      { weight: 2, maxMb: 800 },
    ]);
  });

  it.each<[Source, number, Source]>([
    ["default", 90, "fleet"],
    ["start-up", 90, "fleet"],
    ["file", 90, "fleet"],
    ["environment", 70, "environment"],
    ["flag", 70, "flag"],
  ])("meets a value that is said by %s: %d holds, from %s", (source, value, from) => {
    const fleet = judgeFleetSettings([headroom("90")], settings, true);
    const configured = configuredWithFleet(saidBy(source), fleet);
    expect(configured.settings.values.guard_headroom_mb).toBe(value);
    expect(configured.sources.guard_headroom_mb).toBe(from);
    expect(configured.settings.defaults).toEqual(settings.defaults);
  });

  it("beats for its guests what the file says of them, and names it", () => {
    const fleet = judgeFleetSettings([scope("all", { guests: { "w*": { guard: "1", weight: "2" } } })], settings, true);
    const { guestTunables, namedByFleet } = configuredWithFleet(saidBy("file"), fleet);
    expect([guestTunables("web"), guestTunables("db")]).toEqual([{ guard: 1 }, { guard: 0 }]);
    expect([namedByFleet?.("web"), namedByFleet?.("db")]).toEqual([["weight", "guard"], []]);
  });

  it.each(TUNABLES.map(({ name }) => name))("is refused with the reason of every other way in: %s", (name) => {
    const { tunables, refused } = judgeFleetSettings(
      [scope("all", { settings: { [name]: "nonsense" } })],
      settings,
      true,
    );
    expect(tunables).toEqual({});
    expect(refused).toEqual([{ scope: "all", guest: null, name, problem: expect.stringContaining(name) }]);
  });

  it("is refused setting by setting, and the others are taken", () => {
    const { tunables, guests, refused } = judgeFleetSettings(
      [
        scope("all", {
          settings: { guard: "0", gard: "1", frontswap_inertia: "3" },
          guests: { a: { min_mb: "500", max_mb: "400", weight: "2", nothing: "1" } },
        }),
      ],
      settings,
      true,
    );
    expect(tunables).toEqual({ guard: 0 });
    expect(guests[0]?.set).toEqual({ terms: { minMb: 500, weight: 2 }, tunables: {} });
    expect(refused.map(({ guest, name, problem }) => [guest, name, problem])).toEqual([
      [null, "gard", expect.stringContaining("no tunable")],
      [null, "frontswap_inertia", expect.stringContaining("no compressed swap")],
      ["a", "max_mb", expect.stringContaining("500 and 400")],
      ["a", "nothing", expect.stringContaining("no setting")],
    ]);
  });

  it("gives no guest limits where none share a host", () => {
    const said = [scope("all", { guests: { "*": { max_mb: "400", guard: "0" } } })];
    const { guests, refused } = judgeFleetSettings(said, settings, false);
    expect(guests[0]?.set).toEqual({ terms: {}, tunables: { guard: 0 } });
    expect(refused).toMatchObject([{ guest: "*", name: "max_mb" }]);
  });
});

describe("what was written at run time", () => {
  const fleet = judgeFleetSettings([headroom("90")], settings, true);
  const file = saidBy("file");
  const statusOf = (controls: Parameters<typeof listTunables>[0]) =>
    listTunables(controls).find(({ name }) => name === "guard_headroom_mb");

  it("stays when the fleet says something, and a reset too", () => {
    const first = firstControls(configuredWithFleet(file, NO_FLEET_SETTINGS));
    const written = changeTunables(first, { guard_headroom_mb: "100" }, true).controls;
    expect(statusOf(rebase(written, configuredWithFleet(file, fleet)).controls)).toMatchObject({
      value: 100,
      source: "runtime",
    });
    const reset = changeTunables(written, { guard_headroom_mb: null }, true).controls;
    expect(statusOf(rebase(reset, configuredWithFleet(file, fleet)).controls)).toMatchObject({
      value: 64,
      source: "default",
    });
  });

  it("is all that stays: what the fleet says no more goes back to the file's", () => {
    const first = firstControls(configuredWithFleet(file, fleet));
    expect(statusOf(first)).toMatchObject({ value: 90, source: "fleet" });
    const { controls, written } = rebase(first, configuredWithFleet(file, NO_FLEET_SETTINGS));
    expect(statusOf(controls)).toMatchObject({ value: 70, source: "file" });
    expect(written).toEqual(["guard_headroom_mb"]);
  });
});
