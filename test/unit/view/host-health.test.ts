import { describe, expect, it } from "vitest";
import { healthTexts } from "../../../src/view/host-health.ts";

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
