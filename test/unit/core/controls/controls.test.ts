import { describe, expect, it } from "vitest";
import {
  type Controls,
  changeHands,
  changeTunables,
  firstControls,
  inForce,
  listTunables,
  reconfigure,
  tunablesOf,
} from "../../../../src/core/controls/controls.ts";
import { type Configured, createSettings, writeSetting } from "../../../../src/core/settings.ts";
import type { TunableName } from "../../../../src/core/tunables.ts";

/** A configuration whose file sets these. */
function configured(set: Partial<Record<TunableName, string>> = {}, hasCompressedSwap = true): Configured {
  let settings = createSettings({ hasCompressedSwap });
  for (const [name, text] of Object.entries(set)) {
    const change = writeSetting(settings, name, text, true);
    if (!change.ok) throw new Error(`${name} was refused`);
    settings = change.settings;
  }
  const sources = Object.fromEntries(Object.keys(set).map((name) => [name, "file"] as const));
  return { settings, sources, guestTunables: () => ({}) };
}

const first = (set: Partial<Record<TunableName, string>> = {}): Controls => firstControls(configured(set));
const statusOf = (controls: Controls, name: TunableName) =>
  listTunables(controls).find((status) => status.name === name);
const released = (): Controls => changeHands(first(), null, "released").controls;

describe("the tunables that the daemon runs with", () => {
  it("say where each value comes from: default, file, or a write", () => {
    const { controls } = changeTunables(first({ guard: "0" }), { frontswap_inertia: "7" }, true);
    expect(statusOf(controls, "guard")).toEqual({ name: "guard", value: 0, default: 1, source: "file" });
    expect(statusOf(controls, "frontswap_inertia")).toMatchObject({ value: 7, default: 3, source: "runtime" });
    expect(statusOf(controls, "selfballooning")).toMatchObject({ source: "default" });
    const reset = changeTunables(controls, { guard: null }, true).controls;
    expect(statusOf(reset, "guard")).toMatchObject({ value: 1, source: "default" });
  });

  it("are changed in order, and say what was written", () => {
    const { controls, written } = changeTunables(first(), { guard_headroom_mb: "100", frontswap_inertia: "5" }, true);
    expect(written).toEqual(["guard_headroom_mb", "frontswap_inertia"]);
    expect(inForce(controls).settings.values).toMatchObject({ guard_headroom_mb: 100, frontswap_inertia: 5 });
  });

  it.each([
    ["an invalid value", { guard: "0", frontswap_inertia: "0" }, true, "ERR_TUNABLE_INVALID"],
    ["an unknown name", { guard: "0", gard: "1" }, true, "ERR_TUNABLE_UNKNOWN"],
    ["a writer without the right", { guard: "0" }, false, "ERR_TUNABLE_FORBIDDEN"],
  ])("are refused all together where one change is %s", (_, changes, privileged, code) => {
    expect(() => changeTunables(first(), changes, privileged)).toThrow(expect.objectContaining({ code }));
  });

  it("have nothing of compressed swap where there is none", () => {
    const controls = firstControls(configured({}, false));
    expect(listTunables(controls).map(({ name }) => name)).not.toContain("frontswap_inertia");
  });

  it("give way to a reloaded configuration, which says what it changed", () => {
    const before = changeTunables(first({ frontswap_hysteresis: "9" }), { guard_headroom_mb: "100" }, true).controls;
    const reloaded = configured({ frontswap_hysteresis: "9", frontswap_inertia: "6" });
    const { controls, written } = reconfigure(before, reloaded);
    expect([...written].sort()).toEqual(["frontswap_inertia", "guard_headroom_mb"]);
    expect(statusOf(controls, "guard_headroom_mb")).toMatchObject({ value: 64, source: "default" });
  });
});

describe("a release of everything", () => {
  it("keeps selfballooning off over reloads and other writes, until it is resumed", () => {
    let controls = first();
    const change = changeHands(controls, null, "released");
    expect(change.written).toEqual(["selfballooning"]);
    controls = change.controls;
    for (let reload = 0; reload < 2; reload += 1) {
      const reloaded = reconfigure(controls, configured({ selfballooning: "1" }));
      expect(reloaded.written).not.toContain("selfballooning");
      controls = changeTunables(reloaded.controls, { guard: "0" }, true).controls;
      expect(statusOf(controls, "selfballooning")).toMatchObject({ value: 0, source: "runtime" });
      expect(tunablesOf(controls, "new", 1).selfballooning).toBe(0);
    }
    const resumed = changeHands(controls, null, "managed");
    expect(resumed.written).toEqual(["selfballooning"]);
    expect(statusOf(resumed.controls, "selfballooning")).toMatchObject({ value: 1, source: "file" });
    expect(tunablesOf(resumed.controls, "new", 1)).toMatchObject({ selfballooning: 1, guard: 0 });
  });

  it.each(["1", "0", null])("ends when selfballooning is set to %s: a reload holds again", (text) => {
    const { controls } = changeTunables(released(), { selfballooning: text }, true);
    expect(controls.hands.everybody).toBe("managed");
    expect(inForce(controls).settings.values.selfballooning).toBe(text === "0" ? 0 : 1);
    const reloaded = reconfigure(controls, configured({ selfballooning: "1" })).controls;
    expect(statusOf(reloaded, "selfballooning")).toMatchObject({ value: 1, source: "file" });
  });

  it("does not end by a write that is refused", () => {
    expect(() => changeTunables(released(), { selfballooning: "2" }, true)).toThrow(/0/);
    expect(() => changeTunables(released(), { selfballooning: "1" }, false)).toThrow(/EPERM/);
  });

  it("ends for a guest that is resumed alone, and for no other", () => {
    const { controls, written } = changeHands(released(), ["a"], "managed");
    expect(written).toEqual([]);
    expect([tunablesOf(controls, "a", 1).selfballooning, tunablesOf(controls, "b", 1).selfballooning]).toEqual([1, 0]);
  });

  it("of one guest leaves the others as they are, and stands over reloads", () => {
    const { controls } = changeHands(first(), ["a"], "released");
    const reloaded = reconfigure(controls, configured({ selfballooning: "1" })).controls;
    expect([tunablesOf(reloaded, "a", 1).selfballooning, tunablesOf(reloaded, "b", 1).selfballooning]).toEqual([0, 1]);
    expect(statusOf(reloaded, "selfballooning")).toMatchObject({ value: 1 });
  });
});
