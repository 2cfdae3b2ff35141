import { describe, expect, it } from "vitest";
import { hintFor } from "../../../src/config/nearest.ts";

const KNOWN = ["guard", "selfballooning", "selfballoon_interval"];

describe("the hint", () => {
  it.each([
    ["gaurd", " (did you mean guard?)"],
    ["SELFBALLOONING", ""],
    ["selfbalooning", " (did you mean selfballooning?)"],
    ["selfballoon_intervall", " (did you mean selfballoon_interval?)"],
    ["", ""],
    ["zebra", ""],
    ["x".repeat(100_000), ""],
  ])("for %.30j is %j", (name, hint) => {
    expect(hintFor(name, KNOWN)).toBe(hint);
  });

  it("is empty where nothing is known", () => {
    expect(hintFor("guard", [])).toBe("");
  });
});
