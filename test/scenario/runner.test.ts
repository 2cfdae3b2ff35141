import { describe, expect, it } from "vitest";
import { adaptive } from "../../src/sim/policies/adaptive.ts";
import { guarded } from "../../src/sim/policies/guarded.ts";
import { runPolicy } from "../../src/sim/runner.ts";
import type { Scenario } from "../../src/sim/scenarios.ts";
import { loadOf } from "../support/sim.ts";
import { runSimulated } from "../support/simulated-run.ts";

/** Quiet, then bursts that only the watch sees in time, then quiet again. No compressed swap: only a guest has its own. */
const guest = {
  maximumMib: 1024,
  swapMib: 1024,
  loads: [loadOf((s) => ({ anon: 60 + (s > 200 && s < 320 ? Math.min(500, (s % 40) * 90) : 0), cache: 40 }))],
};
const scenario: Scenario = {
  summary: "",
  hostShare: 1,
  isShared: false,
  cpu: "emulated",
  guests: () => [{ ...guest, name: "guest" }],
};

describe("the runner", () => {
  it.each([
    { policy: "driver", simulated: guarded },
    { policy: "adaptive", simulated: adaptive },
  ] as const)("moves a guest as the daemon's own worker does, under $policy", async ({ policy, simulated }) => {
    const { score } = await runSimulated(guest, 600, {
      policy,
      tunables: { selfballoon_interval: simulated.intervalMs / 1000 },
    });
    const { score: ran } = runPolicy(scenario, simulated, { seed: 1, minutes: 10, hostMb: null });
    expect(ran.heldGibMinutes).toBeCloseTo(score.heldGibMinutes, 1);
    expect(Math.abs(ran.moves - score.moves)).toBeLessThanOrEqual(2);
    expect(ran.oomKills).toBe(score.oomKills);
  });
});
