import { describe, expect, it } from "vitest";
import { loadOf } from "../../support/sim.ts";
import { runSimulated } from "../../support/simulated-run.ts";

describe("a guest that tells more available than it has RAM, and nothing committed", () => {
  const guest = {
    maximumMib: 1024,
    swapMib: 1024,
    loads: [loadOf(() => ({ anon: 300, committed: 310 }))],
    misbehaviours: [{ kind: "lying", fromSeconds: 32 } as const],
  };

  it("is not taken at its word: its target does not fall", async () => {
    const { steps } = await runSimulated(guest, 300);
    const lied = steps.filter(
      ({ observation }) => (observation.availablePages ?? 0) > (observation.totalramPages ?? 0),
    );
    expect(lied.length).toBeGreaterThan(10);
    for (const { decision, observation } of lied) {
      expect(decision.targetPages).toBeGreaterThanOrEqual(observation.totalramPages ?? Number.NaN);
    }
  });

  it("is made to swap memory that it uses without that safety", async () => {
    const { score } = await runSimulated(guest, 300);
    const { score: without } = await runSimulated(guest, 300, { without: "implausible" });
    expect(score.swappedPages).toBe(0);
    expect(without.shortageSeconds).toBeGreaterThan(60);
  });
});
