import { describe, expect, it } from "vitest";
import { loadOf } from "../../support/sim.ts";
import { runSimulated } from "../../support/simulated-run.ts";

const idle = loadOf(() => ({ anon: 50 }));
const guest = (kind: "stuck" | "sticky") => ({
  maximumMib: 1024,
  swapMib: 1024,
  loads: [idle],
  misbehaviours: [{ kind, fromSeconds: 30 } as const],
});

describe("a guest whose balloon stands still", () => {
  it("is asked a few times, then its target is parked at what it has", async () => {
    const { score, steps } = await runSimulated(guest("stuck"), 500);
    expect(steps.at(-1)?.decision).toMatchObject({
      reason: "stuck",
      targetPages: steps.at(-1)?.observation.totalramPages,
    });
    expect(score.moves).toBeLessThan(15);
  });

  it("is asked at every step without that safety", async () => {
    const { steps } = await runSimulated(guest("stuck"), 500, { without: "stuck" });
    expect(steps.filter(({ applied }) => applied).length).toBeGreaterThan(90);
  });

  it("is not taken for stuck while it moves, however slowly", async () => {
    const { steps } = await runSimulated(guest("sticky"), 500);
    expect(steps.map(({ decision }) => decision.reason)).not.toContain("stuck");
  });
});
