import { describe, expect, it } from "vitest";
import { loadOf } from "../../support/sim.ts";
import { runSimulated } from "../../support/simulated-run.ts";

/** After four idle minutes a program asks for 240 MiB in one piece, in a guest without swap. */
const guest = { maximumMib: 1024, loads: [loadOf((seconds) => ({ anon: seconds < 240 ? 10 : 240 }))] };

describe("a guest without swap that is ballooned down", () => {
  it("still grants a program 240 MiB in one piece", async () => {
    const { score, steps } = await runSimulated(guest, 300);
    expect(score.refusals).toBe(0);
    expect(steps.map(({ decision }) => decision.reason)).toContain("allocatable");
  });

  it("refuses it without that safety, and no law sees why", async () => {
    const { score } = await runSimulated(guest, 300, { without: "allocatable" });
    expect(score.refusals).toBeGreaterThan(0);
  });
});
