import { describe, expect, it } from "vitest";
import { healthTexts, isInTrouble } from "../../../src/view/host-health.ts";

describe("what is wrong with a fleet's host itself", () => {
  it("is nothing where it needs nothing, or says nothing of that", () => {
    expect(healthTexts({})).toEqual([]);
    for (const need of [null, 0]) {
      expect(healthTexts({ health: { need, isEmergency: false, warnings: [] } })).toEqual([]);
    }
  });

  it("is how much it needs its memory, and what it warns of", () => {
    const warnings = ["The budget is more than the host has"];
    expect(healthTexts({ health: { need: 0.25, isEmergency: false, warnings } })).toEqual([
      "the host's need 25 %",
      ...warnings,
    ]);
    expect(healthTexts({ health: { need: 1, isEmergency: true, warnings: [] } })).toEqual([
      "the host's need 100 %, an emergency",
    ]);
  });
});

describe("a host that somebody should look at now", () => {
  it.each([
    [{ short: 0, unreadable: 0 }, false],
    [{ short: 1, unreadable: 0 }, true],
    [{ short: 0, unreadable: 1 }, true],
    [{ short: 0, unreadable: 0, health: { isEmergency: false } }, false],
    [{ short: 0, unreadable: 0, health: { isEmergency: true } }, true],
  ])("%j: %s", (state, expected) => {
    expect(isInTrouble(state)).toBe(expected);
  });
});
