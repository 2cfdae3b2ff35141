import { describe, expect, it } from "vitest";
import { grantedBytes, usableBytes } from "../../../../src/core/host/budget.ts";

const budget = { memoryBytes: 1000, reserveBytes: 100 };

describe("a host's budget", () => {
  it("keeps its reserve", () => {
    expect(usableBytes(budget)).toBe(900);
  });

  it.each([
    ["what is free", 800, false, 400],
    ["what is free and the reserve, in an emergency", 800, true, 500],
    ["what it has where nothing is free", 900, false, 300],
    ["what it has where more was promised than there is", 1500, true, 300],
  ])("raises a guest to what it has and %s", (_, chargedBytes, isEmergency, bytes) => {
    expect(grantedBytes(budget, chargedBytes, 300, isEmergency)).toBe(bytes);
  });
});
