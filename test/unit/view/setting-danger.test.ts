import { describe, expect, it } from "vitest";
import { settingDanger } from "../../../src/view/setting-danger.ts";

const hasBytes = 700 * 1_048_576;

describe("what an operator should know before a guest's setting is changed", () => {
  it.each([
    ["managed", false, /gets its memory back/],
    ["guard", 0, /nothing keeps a guest from running short/],
    ["guard_watch_ms", 10_000, /more than two seconds/],
    ["selfballooning", 0, /stays where it is/],
    ["max_mb", 699, /has 700 MiB now, and goes down to 699 MiB/],
  ] as const)("is said of %s = %s", (name, value, sentence) => {
    expect(settingDanger(name, value, hasBytes)).toMatch(sentence);
  });

  it.each([
    ["managed", true],
    ["guard", 1],
    ["guard_watch_ms", 100],
    ["max_mb", 700],
    ["max_mb", null],
    ["min_mb", 1],
    ["weight", 0],
  ] as const)("is nothing of %s = %s", (name, value) => {
    expect(settingDanger(name, value, hasBytes)).toBeNull();
  });

  it("is nothing of a maximum where nobody knows what the guest has", () => {
    expect(settingDanger("max_mb", 1, null)).toBeNull();
  });
});
