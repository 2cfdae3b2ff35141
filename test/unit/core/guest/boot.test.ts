import { describe, expect, it } from "vitest";
import { isStillRestarting } from "../../../../src/core/guest/boot.ts";

describe("a guest whose machine was reset", () => {
  it("counts as restarting for five minutes from then on, and no longer: a silent one would be for ever", () => {
    const resetAtMs = 1_000_000;
    expect(isStillRestarting(resetAtMs, resetAtMs)).toBe(true);
    expect(isStillRestarting(resetAtMs, resetAtMs + 299_999)).toBe(true);
    expect(isStillRestarting(resetAtMs, resetAtMs + 300_000)).toBe(false);
  });
});
