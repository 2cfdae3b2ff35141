import { describe, expect, it } from "vitest";
import { SIMULATED_POLICIES } from "../../src/sim/policies/policies.ts";
import { type Run, runPolicy } from "../../src/sim/runner.ts";
import { SCENARIOS } from "../../src/sim/scenarios.ts";
import type { GuestScore } from "../../src/sim/score.ts";

const SEEDS: readonly number[] = [1, 2];
const MINUTES = 20;
const WORKLOADS = Object.keys(SCENARIOS).filter((name) => name !== "mixed");

function run(scenario: string, policy: string, seed: number, minutes: number): Run {
  const on = SCENARIOS[scenario];
  const rule = SIMULATED_POLICIES[policy];
  if (on === undefined || rule === undefined) throw new Error(`there is no ${policy} on ${scenario}`);
  return runPolicy(on, rule, { seed, minutes, hostMb: null });
}

/** Each workload under the policies that a promise is made about, run once for all tests. */
const scores: ReadonlyMap<string, GuestScore> = new Map(
  SEEDS.flatMap((seed) =>
    WORKLOADS.flatMap((scenario) =>
      ["static", "driver", "guarded", "adaptive"].map(
        (policy) => [`${scenario} ${policy} ${seed}`, run(scenario, policy, seed, MINUTES).score] as const,
      ),
    ),
  ),
);

function scoreOf(scenario: string, policy: string, seed: number): GuestScore {
  const score = scores.get(`${scenario} ${policy} ${seed}`);
  if (score === undefined) throw new Error(`${scenario} under ${policy} was not run`);
  return score;
}

const cases = SEEDS.flatMap((seed) => WORKLOADS.map((scenario) => ({ scenario, seed })));

const sumOver = (policy: string, name: keyof GuestScore): number =>
  cases.reduce((sum, { scenario, seed }) => sum + scoreOf(scenario, policy, seed)[name], 0);

const savedBy = (policy: string): number => sumOver("static", "heldGibMinutes") - sumOver(policy, "heldGibMinutes");

describe("the same seed", () => {
  it.each(Object.keys(SIMULATED_POLICIES))("gives the same bytes under %s", (policy) => {
    const bytes = () => JSON.stringify(run("mixed", policy, 7, 3));
    expect(bytes()).toBe(bytes());
  });

  it("is what the guests' days follow from", () => {
    expect(run("web", "static", 1, 5).series.wantedPages).not.toEqual(run("web", "static", 2, 5).series.wantedPages);
  });
});

describe.each(["guarded", "adaptive"])("what %s does", (policy) => {
  it.each(cases)(
    "kills nothing, and is short of memory for less than 1 % of the time in $scenario, seed $seed",
    (on) => {
      const { oomKills, shortageSeconds } = scoreOf(on.scenario, policy, on.seed);
      expect(oomKills).toBe(scoreOf(on.scenario, "static", on.seed).oomKills);
      expect(shortageSeconds).toBeLessThan(0.01 * MINUTES * 60);
    },
  );

  it("makes programs wait for less than 0.1 % of the time", () => {
    expect(sumOver(policy, "stalledSeconds")).toBeLessThan(0.001 * MINUTES * 60 * cases.length);
  });
});

describe("the law with the guard", () => {
  it("saves two thirds of what the law alone saves, at hardly any of its shortage", () => {
    expect(savedBy("guarded")).toBeGreaterThan((2 / 3) * savedBy("driver"));
    expect(sumOver("guarded", "shortageSeconds")).toBeLessThan(0.01 * sumOver("driver", "shortageSeconds"));
  });
});

describe("the adaptive policy, beside the law with the guard,", () => {
  it.each(cases)("holds no more in $scenario, seed $seed, and makes nobody shorter of memory", ({ scenario, seed }) => {
    const adaptive = scoreOf(scenario, "adaptive", seed);
    const guarded = scoreOf(scenario, "guarded", seed);
    expect(adaptive.heldGibMinutes).toBeLessThanOrEqual(guarded.heldGibMinutes);
    expect(adaptive.shortageSeconds).toBeLessThanOrEqual(guarded.shortageSeconds);
  });

  it("saves 1.2 times as much over all workloads", () => {
    expect(savedBy("adaptive")).toBeGreaterThan(1.2 * savedBy("guarded"));
  });
});
