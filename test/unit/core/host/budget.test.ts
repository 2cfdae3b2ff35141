import { describe, expect, it } from "vitest";
import { grantedBytes, usableBytes } from "../../../../src/core/host/budget.ts";

const budget = { memoryBytes: 1000, reserveBytes: 100 };

describe("a host's budget", () => {
  it("keeps its reserve", () => {
    expect(usableBytes(budget)).toBe(900);
  });

  it.each([
    ["what is free", 800, 0, 400],
    ["what is free and the reserve, in an emergency", 800, 1, 500],
    ["what it has where nothing is free", 900, 0, 300],
    ["what it has where more was promised than there is", 1500, 1, 300],
  ])("raises a guest to what it has and %s", (_, chargedBytes, reserveShare, bytes) => {
    expect(grantedBytes(budget, chargedBytes, 300, reserveShare)).toBe(bytes);
  });
});
