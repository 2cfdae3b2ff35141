import { describe, expect, it } from "vitest";
import {
  type Controls,
  changeGuest,
  firstControls,
  reconfigure,
  settingsOf,
  termsOf,
  tunablesOf,
} from "../../../../src/core/controls/controls.ts";
import { listSettings } from "../../../../src/core/controls/guest-setting-status.ts";
import {
  NOTHING_SET,
  namedSettings,
  restoredSettings,
  termsWith,
  withChanges,
} from "../../../../src/core/controls/guest-settings.ts";
import { NO_LIMITS } from "../../../../src/core/limits.ts";
import { type Configured, createSettings } from "../../../../src/core/settings.ts";

const settings = createSettings({ hasCompressedSwap: false });
const configured: Configured = { settings, sources: {}, guestTunables: () => ({ guard_headroom_mb: 80 }) };
const TERMS = { ...NO_LIMITS, maxMb: 1000, isManaged: true };
const set = (changes: Record<string, string | null>, before: Controls = firstControls(configured), terms = TERMS) =>
  changeGuest(before, "a", changes, terms, true);

describe("what is set for one guest", () => {
  it("beats the configuration for that guest alone, over a reload, until it is reset", () => {
    const before = set({ max_mb: "500", weight: "3", guard_headroom_mb: "99" });
    const { controls } = reconfigure(before, configured);
    expect(termsOf(controls, "a", TERMS)).toEqual({
      minMb: 0,
      maxMb: 500,
      weight: 3,
      priority: "normal",
      isQuiet: false,
      isManaged: true,
    });
    expect(termsOf(controls, "b", TERMS)).toEqual(TERMS);
    const headrooms = ["a", "b"].map((guest) => tunablesOf(controls, guest, 1).guard_headroom_mb);
    expect(headrooms).toEqual([99, 80]);
    const reset = set({ max_mb: null, weight: null, guard_headroom_mb: null }, controls);
    expect(reset.guestSettings.size).toBe(0);
    expect(termsOf(reset, "a", TERMS)).toEqual(TERMS);
  });

  it.each([
    ["an unknown name", { max_mb: "500", max_mib: "1" }, "ERR_GUEST_SETTING_UNKNOWN"],
    ["an unknown name to reset", { max_mb: "500", max_mib: null }, "ERR_GUEST_SETTING_UNKNOWN"],
    ["a value out of range", { max_mb: "500", weight: "0" }, "ERR_GUEST_SETTING_INVALID"],
    ["a word that is none", { max_mb: "500", managed: "yes" }, "ERR_GUEST_SETTING_INVALID"],
    ["a tunable out of range", { max_mb: "500", guard: "2" }, "ERR_TUNABLE_INVALID"],
    ["a tunable that is not here", { max_mb: "500", frontswap_inertia: "2" }, "ERR_TUNABLE_ABSENT"],
    ["a least above the most", { max_mb: "500", min_mb: "501" }, "ERR_GUEST_LIMITS"],
    ["a least above the configured most", { min_mb: "1001" }, "ERR_GUEST_LIMITS"],
  ])("is all as it was where one change is %s", (_, changes, code) => {
    const before = set({ weight: "7" });
    expect(() => set(changes, before)).toThrow(expect.objectContaining({ code }));
    expect(namedSettings(settingsOf(before, "a"))).toEqual({ weight: 7 });
  });

  it("needs the right to write", () => {
    expect(() => changeGuest(firstControls(configured), "a", { guard: "0" }, TERMS, false)).toThrow(
      expect.objectContaining({ code: "ERR_TUNABLE_FORBIDDEN" }),
    );
  });

  it("comes back after a restart by the same rules", () => {
    const all = set({ managed: "false", min_mb: "64", guard: "0" }).guestSettings;
    const kept = namedSettings(all.get("a") ?? NOTHING_SET);
    expect(kept).toEqual({ managed: false, min_mb: 64, guard: 0 });
    expect(restoredSettings(new Map([["a", kept]]), settings)).toEqual(all);
    for (const bad of [{ min_mb: 0 }, { guard: 2 }, { nothing: 1 }, { min_mb: 2, max_mb: 1 }])
      expect(() => restoredSettings(new Map([["a", bad]]), settings)).toThrow(/ERR_|must|no setting/);
  });

  it("gives way to a maximum that the configuration has got since", () => {
    const kept = withChanges(NOTHING_SET, { min_mb: "900" }, { ...TERMS, maxMb: null }, settings, true);
    expect(termsWith(kept, TERMS)).toMatchObject({ minMb: 900, maxMb: 1000 });
    expect(termsWith(kept, { ...TERMS, maxMb: 600 })).toMatchObject({ minMb: 600, maxMb: 600 });
  });

  it("is listed with where each value comes from and what a reset brings back", () => {
    const controls = set({ max_mb: "500", guard: "0" });
    const listed = listSettings({
      set: settingsOf(controls, "a"),
      configuredTerms: TERMS,
      tunables: tunablesOf(controls, "a", 1),
      configuredTunables: tunablesOf(firstControls(configured), "a", 1),
      ownTunables: configured.guestTunables("a"),
      namedByFleet: [],
      sources: { guard_watch_ms: "flag" },
      hasCompressedSwap: false,
    });
    const of = (name: string) => listed.find((one) => one.name === name);
    expect(of("max_mb")).toEqual({ name: "max_mb", value: 500, configured: 1000, source: "runtime", isOwn: true });
    expect(of("min_mb")).toMatchObject({ value: null, configured: null, source: "default" });
    expect(of("managed")).toMatchObject({ value: true, source: "file" });
    expect(of("guard")).toEqual({ name: "guard", value: 0, configured: 1, source: "runtime", isOwn: true });
    expect(of("guard_headroom_mb")).toMatchObject({ value: 80, source: "file", isOwn: true });
    expect(of("guard_watch_ms")).toMatchObject({ source: "flag", isOwn: false });
    expect(of("frontswap_inertia")).toBeUndefined();
  });
});
