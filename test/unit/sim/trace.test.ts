import { describe, expect, it } from "vitest";
import { createTraceLoads, parseTrace } from "../../../src/sim/trace.ts";
import { emptyDemand } from "../../../src/sim/workload.ts";
import { mib } from "../../support/sim.ts";

const TRACE = "time_s,anon_mib,cache_mib,committed_mib\n0,100,50,200\n10,200,50,400\r\n20.5,0,0,0\n";

const demandAt = (text: string, seconds: number, hotShare = 1) => {
  const demand = emptyDemand();
  createTraceLoads(parseTrace(text), 1, hotShare)[0]?.demandAt(seconds, 0, demand);
  return demand;
};

describe("a demand trace", () => {
  it("is read in pages; what is committed is what is used where the column is missing", () => {
    expect(parseTrace(TRACE)[1]).toEqual({
      seconds: 10,
      anonPages: mib(200),
      cachePages: mib(50),
      committedPages: mib(400),
    });
    expect(parseTrace("time_s,anon_mib,cache_mib\n5,7,9")).toEqual([
      { seconds: 5, anonPages: mib(7), cachePages: mib(9), committedPages: mib(7) },
    ]);
  });

  it("is followed in straight lines, from its first point and to its last", () => {
    expect(demandAt(TRACE, 2.5)).toMatchObject({ anonPages: mib(125), cachePages: mib(50), committedPages: mib(250) });
    expect(demandAt(TRACE, 10)).toMatchObject({ anonPages: mib(200) });
    expect(demandAt(TRACE, 1e6)).toMatchObject({ anonPages: 0 });
    expect(demandAt("time_s,anon_mib,cache_mib\n5,7,9\n6,8,9", 1)).toMatchObject({ anonPages: mib(7) });
  });

  it("reads again what is hot of the cache, and once what the rest grows by", () => {
    const text = "time_s,anon_mib,cache_mib\n0,100,40\n10,100,80\n20,100,40\n";
    const streamPagesPerSecond = mib(3);
    expect(demandAt(text, 5, 0.25)).toMatchObject({ cachePages: mib(15), streamPagesPerSecond });
    expect(demandAt(text, 15, 0.25)).toMatchObject({ cachePages: mib(15), streamPagesPerSecond: 0 });
    expect(demandAt(text, 5, 1)).toMatchObject({ cachePages: mib(60), streamPagesPerSecond: 0 });
  });

  it("is parted among its loads", () => {
    const loads = createTraceLoads(parseTrace(TRACE), 4, 1);
    const demand = emptyDemand();
    for (const load of loads) load.demandAt(10, 0, demand);
    expect(loads).toHaveLength(4);
    expect(demand.anonPages).toBe(mib(50));
  });

  it.each([
    ["", "line 1 is no such header"],
    ["time,anon\n1,2", "line 1 is no such header"],
    ["time_s,anon_mib,cache_mib\n", "line 2 is the last, and there is no row of numbers"],
    ["time_s,anon_mib,cache_mib\n0,1", "line 2 has 2 fields instead of 3"],
    ["time_s,anon_mib,cache_mib\n0,1,2\n0,1,2", "line 3 is not later than the row before"],
    ["time_s,anon_mib,cache_mib\n0,-1,2", "line 2 has a field 2 that is no number from 0 to 16777216"],
    ["time_s,anon_mib,cache_mib\n0,1e3,2", "line 2 has a field 2 that is no number from 0 to 16777216"],
    ["time_s,anon_mib,cache_mib\n0,1,16777217", "line 2 has a field 3 that is no number from 0 to 16777216"],
    ["time_s,anon_mib,cache_mib\n999999999,1,1", "line 2 has a field 1 that is no number from 0 to 315360000"],
    [`time_s,anon_mib,cache_mib\n${" ".repeat(201)}`, "line 2 is longer than 200 characters"],
  ])("that is wrong is refused with its line: %j", (text, problem) => {
    const expected = { code: "ERR_FORMAT", details: expect.objectContaining({ problem }) };
    expect(() => parseTrace(text)).toThrow(expect.objectContaining(expected));
  });

  it("is read up to 100,000 rows", () => {
    const rows = Array.from({ length: 100_001 }, (_, second) => `${second},1,1`);
    const text = (count: number): string => ["time_s,anon_mib,cache_mib", ...rows.slice(0, count)].join("\n");
    expect(parseTrace(text(100_000))).toHaveLength(100_000);
    expect(() => parseTrace(text(100_001))).toThrow("100000 rows");
  });
});
