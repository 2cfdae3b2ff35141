import { describe, expect, it } from "vitest";
import { adaptive } from "../../../src/sim/policies/adaptive.ts";
import { guarded } from "../../../src/sim/policies/guarded.ts";
import { runPolicy } from "../../../src/sim/runner.ts";
import { SCENARIOS, type Scenario } from "../../../src/sim/scenarios.ts";
import { loadOf } from "../../support/sim.ts";

/** The guests of these scenarios on one host that has three quarters of their memory. */
function shared(...names: readonly string[]): Scenario {
  return {
    summary: "",
    hostShare: 3 / 4,
    isShared: true,
    cpu: "emulated",
    guests: (seed) => names.flatMap((name) => SCENARIOS[name]?.guests(seed) ?? []),
  };
}

/** Seconds, of all guests together, in which programs lacked memory. */
function shortSeconds(scenario: Scenario, policy: typeof adaptive, seed: number): number {
  const { score } = runPolicy(scenario, policy, { seed, minutes: 15, hostMb: null });
  expect(score.oomKills).toBe(0);
  return score.shortageSeconds;
}

describe("guests that take turns in needing more than their host has free", () => {
  it.each([1, 2])("are hardly ever short where the host has room for all of them (seed %i)", (seed) => {
    expect(shortSeconds(shared("database", "web"), adaptive, seed)).toBeLessThan(150);
  });

  it.each([1, 2])("do not take all from one another in turn where it has a little less (seed %i)", (seed) => {
    expect(shortSeconds(shared("database", "build"), adaptive, seed)).toBeLessThan(700);
    expect(shortSeconds(shared("database", "build"), guarded, seed)).toBeLessThan(700);
  });
});

/** One guest grows to 1500 MiB, 400 MiB a second, after five minutes; three others read 600 MiB again and again. */
const growing: Scenario = {
  ...shared(),
  guests: () => [
    {
      ...{ name: "growing", maximumMib: 2048, cpus: 2 },
      loads: [loadOf((s) => ({ anon: Math.min(1500, 200 + Math.max(0, s - 300) * 400) }))],
    },
    ...["a", "b", "c"].map((name) => ({
      ...{ name, maximumMib: 1024, cpus: 1 },
      loads: [loadOf(() => ({ anon: 150, cache: 600 }), { hotShare: 1, touchSeconds: 2 })],
    })),
  ],
};

describe("a guest without swap that grows on a host where others' caches take the rest", () => {
  it.each([
    ["adaptive", adaptive],
    ["guarded", guarded],
  ])("is served before they are: nothing is killed (%s)", (_, policy) => {
    const { score } = runPolicy(growing, policy, { seed: 1, minutes: 7, hostMb: 3584, hasSwap: false });
    expect(score.oomKills).toBe(0);
  });
});
