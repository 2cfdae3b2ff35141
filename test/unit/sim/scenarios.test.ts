import { describe, expect, it } from "vitest";
import { staticPolicy } from "../../../src/sim/policies/static.ts";
import { runPolicy } from "../../../src/sim/runner.ts";
import { SCENARIOS, traceScenario } from "../../../src/sim/scenarios.ts";
import { parseTrace } from "../../../src/sim/trace.ts";
import { WORKLOADS } from "../../../src/sim/workloads.ts";
import { mib } from "../../support/sim.ts";

describe("the scenarios", () => {
  it("are every workload, and all of them together", () => {
    expect(Object.keys(SCENARIOS)).toEqual([...Object.keys(WORKLOADS), "mixed"]);
    expect(SCENARIOS["mixed"]?.guests(1)).toHaveLength(Object.keys(WORKLOADS).length);
  });

  it("give every guest swap of its own size", () => {
    for (const scenario of Object.values(SCENARIOS)) {
      for (const { maximumMib, swapMib } of scenario.guests(1)) expect(swapMib).toBe(maximumMib);
    }
  });
});

const PLAIN = { memoryMib: null, hotShare: 1 };

describe("a trace as a scenario", () => {
  const trace = traceScenario(parseTrace("time_s,anon_mib,cache_mib\n0,100,50\n60,400,100\n120,100,50\n"), PLAIN);

  it("has a guest with room for the most that it wants", () => {
    expect(trace.guests(1)[0]?.maximumMib).toBe(640);
  });

  it("has a guest of the size that is asked for", () => {
    const points = parseTrace("time_s,anon_mib,cache_mib\n0,100,50\n");
    expect(traceScenario(points, { ...PLAIN, memoryMib: 16_384 }).guests(1)[0]?.maximumMib).toBe(16_384);
  });

  it("wants what the trace says", () => {
    const { series } = runPolicy(trace, staticPolicy, { seed: 1, minutes: 2, hostMb: null });
    const own = (series.wantedPages[0] ?? 0) - mib(150);
    const max = Math.max(...series.wantedPages) - own;
    expect(max).toBeGreaterThan(mib(490));
    expect(max).toBeLessThanOrEqual(mib(510));
  });
});

describe("a run's samples", () => {
  it.each([1, 60, 100])("are bounded and end with the run, over %i min", (minutes) => {
    const idle = SCENARIOS["idle"];
    if (idle === undefined) throw new Error("there is no idle");
    const { series } = runPolicy(idle, staticPolicy, { seed: 1, minutes, hostMb: null });
    expect(series.seconds.length).toBeGreaterThan(200);
    expect(series.seconds.length).toBeLessThanOrEqual(600);
    expect(series.seconds.at(-1)).toBeGreaterThan(minutes * 60 * 0.99);
  });
});
