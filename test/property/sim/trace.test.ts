import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createTraceLoads, parseTrace, type TracePoint } from "../../../src/sim/trace.ts";
import { emptyDemand } from "../../../src/sim/workload.ts";

const cell = fc.oneof(fc.nat().map(String), fc.string(), fc.constantFrom("NaN", "1e9", "-0", "0.5", "１"));
const row = fc.array(cell, { maxLength: 5 }).map((cells) => cells.join(","));
const text = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.array(row, { maxLength: 20 }).map((rows) => ["time_s,anon_mib,cache_mib", ...rows].join("\n")),
);

/** The points of `csv`, or none if it was refused as it should be. */
function pointsOrRefusal(csv: string): readonly TracePoint[] {
  try {
    return parseTrace(csv);
  } catch (thrown) {
    expect(thrown).toMatchObject({ code: "ERR_FORMAT" });
    return [];
  }
}

describe("parsing a demand trace", () => {
  it("gives finite points in rising order or ERR_FORMAT, for any text", () => {
    fc.assert(
      fc.property(text, fc.double({ min: 0, max: 1e9, noNaN: true }), (csv, seconds) => {
        const points = pointsOrRefusal(csv);
        const times = points.map((point) => point.seconds);
        expect(times).toEqual([...new Set(times)].sort((a, b) => a - b));
        const demand = emptyDemand();
        createTraceLoads(points, 2, 0.25)[0]?.demandAt(seconds, 0, demand);
        for (const value of Object.values(demand)) expect(Number.isFinite(value) && value >= 0).toBe(true);
      }),
    );
  });
});
