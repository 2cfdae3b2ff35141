import { describe, expect, it } from "vitest";
import { loadOf } from "../../support/sim.ts";
import { runSimulated } from "../../support/simulated-run.ts";

/** A database: little memory of its own, 900 MiB of files that it reads all the time. */
const guest = {
  maximumMib: 2048,
  swapMib: 2048,
  loads: [loadOf(() => ({ anon: 200, cache: 900 }), { touchSeconds: 10 })],
};

const HOLDS_ALL = 30 * 2;

describe("a guest with a hot cache", () => {
  it("keeps it and gives back what it does not read, without an emergency", async () => {
    const { score, steps } = await runSimulated(guest, 1800);
    const reasons = steps.map(({ decision }) => decision.reason);
    expect(reasons).toContain("hot_cache");
    expect(reasons).not.toContain("emergency");
    expect(score.heldGibMinutes).toBeLessThan(0.75 * HOLDS_ALL);
    expect(score.stalledSeconds).toBeLessThan(0.001 * 1800);
  });

  it("loses it without that safety, until all tasks wait and it has to be given everything", async () => {
    const { score, steps } = await runSimulated(guest, 1800, { without: "hot_cache" });
    expect(steps.map(({ decision }) => decision.reason)).toContain("emergency");
    expect(score.heldGibMinutes).toBeGreaterThan(0.9 * HOLDS_ALL);
  });
});
