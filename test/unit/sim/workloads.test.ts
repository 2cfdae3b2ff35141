import { describe, expect, it } from "vitest";
import { type Demand, emptyDemand } from "../../../src/sim/workload.ts";
import { createWorkload, WORKLOADS, type WorkloadName } from "../../../src/sim/workloads.ts";
import { mib } from "../../support/sim.ts";

const NAMES = Object.keys(WORKLOADS) as WorkloadName[];

/** The demand of each second of a period of 600 s, for a size of 1000 MiB. */
function period(name: WorkloadName, seed = 1): Demand[] {
  const workload = createWorkload(name, { seed, sizeMib: 1000, periodSeconds: 600 });
  return Array.from({ length: 600 }, (_, second) => {
    const demand = emptyDemand();
    workload.demandAt(second, second, demand);
    return demand;
  });
}
const anonMib = (name: WorkloadName): number[] => period(name).map((demand) => demand.anonPages / mib(1));
const max = (values: number[]): number => Math.max(...values);
const min = (values: number[]): number => Math.min(...values);

describe("built-in workloads", () => {
  it.each(NAMES)("%s is a pure function of time and seed, finite and never negative", (name) => {
    expect(period(name, 3)).toEqual(period(name, 3));
    for (const demand of period(name)) {
      for (const value of Object.values(demand)) expect(value).toBeGreaterThanOrEqual(0);
    }
  });

  it.each(NAMES.filter((name) => name !== "leak"))("%s has another day for another seed", (name) => {
    expect(period(name, 3)).not.toEqual(period(name, 4));
  });

  it.each(NAMES)("%s wants at most about its size, files included", (name) => {
    const wanted = period(name).map((demand) => (demand.anonPages + demand.cachePages) / mib(1));
    expect(max(wanted)).toBeLessThan(1150);
  });

  it("web follows the day: more than twice as much at noon as at midnight", () => {
    const anon = anonMib("web");
    expect(anon[300] ?? 0).toBeGreaterThan(2 * (anon[0] ?? 0));
  });

  it("build comes in bursts over a hot cache, with pauses", () => {
    const days = period("build");
    expect(max(anonMib("build"))).toBeGreaterThan(5 * min(anonMib("build")));
    expect(max(days.map((demand) => demand.cachePages))).toBe(mib(400));
  });

  it("database is steady and mostly cache", () => {
    const anon = anonMib("database");
    expect(max(anon)).toBeLessThan(1.1 * min(anon));
    expect(period("database")[0]?.cachePages).toBeGreaterThan(2 * mib(300));
  });

  it.each(["jvm", "go"] as const)("%s promises far more than it uses", (name) => {
    for (const demand of period(name)) expect(demand.committedPages).toBeGreaterThan(1.5 * demand.anonPages);
  });

  it("go doubles its heap between collections", () => {
    const anon = anonMib("go");
    expect(max(anon.slice(0, 21))).toBeGreaterThan(1.7 * min(anon.slice(0, 21)));
  });

  it("batch has several jobs, each promised at one stroke", () => {
    const committed = period("batch").map((demand) => demand.committedPages / mib(1));
    const starts = committed.filter((now, second) => now > (committed[second - 1] ?? now) + 300);
    expect(starts.length).toBeGreaterThanOrEqual(5);
  });

  it("leak grows by its age, past its size", () => {
    const demand = emptyDemand();
    createWorkload("leak", { seed: 1, sizeMib: 100, periodSeconds: 60 }).demandAt(1000, 120, demand);
    expect(demand.anonPages).toBe(mib(180));
  });

  it("forkStorm promises several times what it uses, and costs the kernel memory", () => {
    const storm = period("forkStorm").reduce((a, b) => (b.committedPages > a.committedPages ? b : a));
    expect(storm.committedPages).toBeGreaterThan(4 * storm.anonPages);
    expect(storm.kernelPages).toBeGreaterThan(mib(100));
  });
});
