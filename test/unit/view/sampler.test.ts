import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Reason } from "../../../src/core/reasons.ts";
import { Sampler } from "../../../src/view/sampler.ts";
import { historyPoints, moreTelling, type StepPoint, stepPoint } from "../../../src/view/step-point.ts";
import { stepRecord } from "../../support/guest-records.ts";

const point = (atMs: number, reason: Reason = "at_goal", gap = false, waitedUs: number | null = null): StepPoint => {
  const { observation, decision } = stepRecord("a", { t: atMs / 1000, psiSomeTotalUs: waitedUs });
  return stepPoint(observation, { atMs, gap, moves: 0, decision: { ...decision, reason } });
};

function sampled(points: readonly StepPoint[], max: number): readonly StepPoint[] {
  const sampler = new Sampler(moreTelling);
  for (const one of points) sampler.add(one, max);
  return sampler.moments();
}

describe("a sampler", () => {
  it("keeps all that has room, in the order of time", () => {
    expect(sampled([point(3000), point(1000), point(2000)], 10).map(({ atMs }) => atMs)).toEqual([1000, 2000, 3000]);
  });

  it("keeps no more than it may, and never loses an alarm or a gap", () => {
    const times = fc.uniqueArray(fc.nat(10_000_000), { minLength: 1, maxLength: 300 });
    fc.assert(
      fc.property(times, fc.integer({ min: 2, max: 50 }), fc.nat(299), (all, max, nth) => {
        const odd = all[nth % all.length] ?? 0;
        const points = all.map((atMs) => point(atMs, atMs === odd ? "emergency" : "lower", atMs === odd));
        const kept = sampled(points, max);
        expect(kept.length).toBeLessThanOrEqual(max);
        expect(kept.filter(({ reason, gap }) => reason === "emergency" && gap).map(({ atMs }) => atMs)).toEqual([odd]);
        expect([...kept].sort((a, b) => a.atMs - b.atMs)).toEqual(kept);
      }),
    );
  });

  it("keeps the last of equals, whatever order they come in", () => {
    expect(sampled([point(100), point(300), point(200)], 1)).toMatchObject([{ atMs: 300 }]);
  });
});

describe("the points of a past", () => {
  it("have the pressure since the one before, but not over a gap", () => {
    const steps = [
      point(1000, "lower", true, 0),
      point(3000, "lower", false, 1_000_000),
      point(9000, "lower", true, 2_000_000),
    ];
    expect(historyPoints(steps).map(({ psiPercent }) => psiPercent)).toEqual([null, 50, null]);
  });

  it("leave out what nothing was decided on", () => {
    expect(historyPoints([stepPoint(stepRecord("a").observation, null)])).toEqual([]);
  });
});
