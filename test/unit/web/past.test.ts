import { describe, expect, it } from "vitest";
import { historyPoints, stepPoint } from "../../../src/view/step-point.ts";
import { axisTimeText, momentText } from "../../../src/web/format.ts";
import { pointsIn, withGaps } from "../../../src/web/past.ts";
import { stepRecord } from "../../support/guest-records.ts";

const { observation, decision } = stepRecord("a");
const points = historyPoints(
  [true, false, true].map((gap, nth) => stepPoint(observation, { atMs: nth, gap, moves: 0, decision })),
);

describe("a past with gaps", () => {
  it("has nothing where nothing is known, but not before the first point", () => {
    expect(withGaps(points).map((point) => point?.atMs ?? null)).toEqual([0, 1, null, 2]);
  });
});

describe("a moment", () => {
  const noon = new Date(2026, 0, 31, 12, 0, 7).getTime();

  it("of another day has its day", () => {
    expect(momentText(noon, noon + 3_600_000)).toBe("12:00:07");
    expect(momentText(noon, noon + 86_400_000)).toBe("31 Jan 12:00:07");
  });

  it("on an axis is no finer than it must be", () => {
    expect([60_000, 3_600_000, 7 * 86_400_000].map((spanMs) => axisTimeText(noon, spanMs))).toEqual([
      "12:00:07",
      "12:00",
      "31 Jan 12:00",
    ]);
  });
});

describe("the points of a range", () => {
  const range = { guest: "a", keptFromMs: 0, complete: true, points: points.slice(0, 1) };

  it("are what the page has seen while it is live, and else what was read", () => {
    expect(pointsIn("live", null, points)).toBe(points);
    expect(pointsIn("day", { state: "reading" }, points)).toEqual([]);
    expect(pointsIn("day", { state: "read", range }, points)).toBe(range.points);
    expect(pointsIn("day", { state: "failed", problem: "" }, points)).toEqual([]);
  });

  it("are, of a time that was chosen, what the page has seen where no past is kept", () => {
    const span = { fromMs: 1, toMs: 2 };
    expect(pointsIn(span, { state: "read", range }, points)).toBe(range.points);
    expect(pointsIn(span, { state: "failed", problem: "" }, points)).toEqual(points.slice(1));
  });
});
