import { describe, expect, it } from "vitest";
import { loadOf } from "../../support/sim.ts";
import { runSimulated } from "../../support/simulated-run.ts";

/** A program that asks for 600 MiB in one piece just after the first step, ends, and runs again after ten minutes. */
const loads = [loadOf((seconds) => ({ anon: 20, committed: seconds % 600 > 1.2 && seconds % 600 < 60 ? 620 : 20 }))];

describe.each(["driver", "adaptive"] as const)("a guest without swap under %s", (policy) => {
  const guest = { maximumMib: 1024, loads };
  const tunables = { selfballoon_interval: 1 };

  it("grants again what it granted once", async () => {
    const { score, steps } = await runSimulated(guest, 700, { policy, tunables });
    expect(score.refusals).toBe(0);
    expect(steps.map(({ decision }) => decision.reason)).toContain("single_rise");
    expect(score.heldGibMinutes).toBeLessThan(0.8 * (700 / 60));
  });

  it("refuses it without that safety", async () => {
    const { score } = await runSimulated(guest, 700, { policy, tunables, without: "single_rise" });
    expect(score.refusals).toBeGreaterThan(0);
  });
});

describe("a guest with swap", () => {
  it("keeps no RAM for what its swap has room for", async () => {
    const { steps } = await runSimulated({ maximumMib: 1024, swapMib: 1024, loads }, 700);
    expect(steps.map(({ decision }) => decision.reason)).not.toContain("single_rise");
  });
});
