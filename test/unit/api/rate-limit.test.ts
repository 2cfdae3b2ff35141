import { describe, expect, it } from "vitest";
import { RateLimit } from "../../../src/api/rate-limit.ts";

describe("a rate limit", () => {
  it("lets a burst through, then so many a second", () => {
    let nowMs = 0;
    const limit = new RateLimit(10, 3, () => nowMs);
    const take = (count: number) => Array.from({ length: count }, () => limit.take());
    expect(take(4)).toEqual([true, true, true, false]);
    nowMs = 99;
    expect(take(1)).toEqual([false]);
    nowMs = 100;
    expect(take(2)).toEqual([true, false]);
    nowMs = 60_000;
    expect(take(4)).toEqual([true, true, true, false]);
  });
});
