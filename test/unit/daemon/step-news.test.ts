import { describe, expect, it } from "vitest";
import type { Reason } from "../../../src/core/reasons.ts";
import { StepNews } from "../../../src/daemon/step-news.ts";
import { stepRecord } from "../../support/guest-records.ts";

/** Steps of one guest of 10,000 pages, a second apart: which of them are news. */
function newsOf(...steps: readonly (readonly [reason: Reason, targetPages: number])[]): readonly number[] {
  const news = new StepNews();
  return steps.flatMap(([reason, targetPages], second) => {
    const { decision, ...record } = stepRecord("web", { balloonMaxPages: 10_000 });
    const step = { ...record, seq: second, atMs: second * 1000, decision: { ...decision, reason, targetPages } };
    return news.take(step) ? [second] : [];
  });
}

describe("a step is news", () => {
  it("at first, and once the target is a tenth of the guest away from the one that was told", () => {
    expect(newsOf(["lower", 9000], ["lower", 8500], ["lower", 8001], ["lower", 8000], ["lower", 7500])).toEqual([0, 3]);
  });

  it("with a new reason, but not each time that two take turns", () => {
    const turns = Array.from({ length: 30 }, (_, nth) => [nth % 2 === 0 ? "lower" : "in_use", 5000] as const);
    expect(newsOf(...turns)).toEqual([0, 1]);
    expect(newsOf(...turns, ...turns, ...turns).length).toBeLessThan(5);
  });

  it("each time that memory runs short", () => {
    expect(newsOf(["lower", 5000], ["emergency", 5000], ["lower", 5000], ["emergency", 5000])).toEqual([0, 1, 3]);
  });
});
