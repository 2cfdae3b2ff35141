import { describe, expect, it } from "vitest";
import { commonValue, defaultText, valueText } from "../../../src/view/tunable-text.ts";

const reserved = { name: "selfballoon_reserved_mb", value: 0, default: 0, source: "default" } as const;

describe("a tunable in words", () => {
  it("has no value for all guests where each has a default of its own", () => {
    expect([commonValue(reserved), valueText(reserved, "MiB"), defaultText(reserved)]).toEqual([
      null,
      "10 % of each guest",
      "10 % of each guest",
    ]);
  });

  it("has the value that was chosen, also if that is 0, and the one that start-up worked out", () => {
    expect(valueText({ ...reserved, source: "file" }, "MiB")).toBe("0 MiB");
    expect(valueText({ ...reserved, value: 128, default: 128, source: "start-up" }, "MiB")).toBe("128 MiB");
    expect(valueText({ name: "guard", value: 1, default: 1, source: "default" }, "")).toBe("1");
  });
});
