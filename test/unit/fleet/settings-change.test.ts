import { describe, expect, it } from "vitest";
import { changedBy, withoutAll } from "../../../src/fleet/settings-change.ts";
import type { Rollout } from "../../../src/fleet/settings-wire.ts";

const BEFORE = { settings: { guard: "0" }, guests: { "db*": { weight: "2", max_mb: "100" } } };

describe("a change of what is set for a scope", () => {
  it("leaves alone what it does not name", () => {
    expect(changedBy({ guest: null, values: { guard_headroom_mb: "80" } }, BEFORE)).toEqual({
      ...BEFORE,
      settings: { guard: "0", guard_headroom_mb: "80" },
    });
    expect(changedBy({ guest: "db*", values: { weight: "3" } }, BEFORE).guests).toEqual({
      "db*": { weight: "3", max_mb: "100" },
    });
    expect(changedBy({ guest: "web", values: { weight: "3" } }, BEFORE).guests).toEqual({
      ...BEFORE.guests,
      web: { weight: "3" },
    });
  });

  it.each(["__proto__", "constructor"])("sets and unsets what guests called %s have", (guest) => {
    const after = changedBy({ guest, values: { weight: "3" } }, BEFORE);
    expect(Object.entries(after.guests)).toEqual([...Object.entries(BEFORE.guests), [guest, { weight: "3" }]]);
    expect(changedBy({ guest, values: { weight: null } }, after)).toEqual(BEFORE);
    expect(Object.entries(withoutAll(guest, after).guests)).toEqual(Object.entries(BEFORE.guests));
  });

  it("unsets names", () => {
    expect(changedBy({ guest: "db*", values: { weight: null } }, BEFORE).guests).toEqual({ "db*": { max_mb: "100" } });
    expect(changedBy({ guest: null, values: { guard: null } }, BEFORE)).toEqual({ ...BEFORE, settings: {} });
    expect(changedBy({ guest: "none", values: { weight: null } }, BEFORE)).toEqual(BEFORE);
  });

  it("unsets all of some guests or everything, with what is on its way to them", () => {
    expect(withoutAll("db*", BEFORE)).toStrictEqual({ ...BEFORE, guests: {} });
    expect(withoutAll(null, BEFORE)).toStrictEqual({ settings: {}, guests: {} });
    const rollout: Rollout = {
      id: "0a1b2c3d",
      guest: "db*",
      values: { weight: "3" },
      hosts: ["h1"],
      watchMs: 0,
      phase: { is: "first", begun: { atMs: 0, before: {} }, sinceMs: null },
    };
    const underWay = { ...BEFORE, rollout };
    expect(withoutAll("db*", underWay)).toStrictEqual({ ...BEFORE, guests: {} });
    expect(withoutAll(null, underWay)).toStrictEqual({ settings: {}, guests: {} });
    expect(withoutAll("web", underWay)).toStrictEqual(underWay);
  });
});
