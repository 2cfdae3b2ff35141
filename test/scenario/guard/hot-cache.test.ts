import { describe, expect, it } from "vitest";
import { loadOf } from "../../support/sim.ts";
import { runSimulated } from "../../support/simulated-run.ts";

/** A database: little memory of its own, 900 MiB of files that it reads all the time. */
const guest = {
  maximumMib: 2048,
  swapMib: 2048,
  loads: [loadOf(() => ({ anon: 200, cache: 900 }), { touchSeconds: 10 })],
};

describe("a guest with a hot cache", () => {
  it("keeps most of it: the balloon stops when pages come back", async () => {
    const guarded = await runSimulated(guest, 600);
    const without = await runSimulated(guest, 600, { without: "hot_cache" });
    expect(guarded.steps.map(({ decision }) => decision.reason)).toContain("hot_cache");
    expect(guarded.score.refaultPages).toBeLessThan(without.score.refaultPages * 0.6);
  });

  it("still gives back what it does not read", async () => {
    const { score } = await runSimulated(guest, 600);
    expect(score.heldGibMinutes).toBeLessThan(10 * 2 * 0.85);
  });
});
