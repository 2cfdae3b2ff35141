import { describe, expect, it } from "vitest";
import { loadOf } from "../../support/sim.ts";
import { runSimulated } from "../../support/simulated-run.ts";

/** Idle for four minutes, then it takes 500 MiB as fast as 150 MiB/s, once a minute. */
const bursts = (from: number, everySeconds: number) =>
  loadOf((seconds) => {
    const since = (seconds - from) % everySeconds;
    const wantMib = seconds < from || since > 20 ? 0 : Math.min(500, since * 150);
    // What is committed follows what is touched: the law sees it a step late, as with kernel memory and page faults.
    return { anon: 20 + wantMib };
  });

/** Just after a step, so that the law would answer in five seconds only. */
const guest = { maximumMib: 1024, loads: [bursts(240.1, 600)] };

/** Nothing is kept for large allocations, so that the guest goes down as far as the law takes it. */
const bare = { guard_allocatable_mb: 1 };

describe("a burst of 150 MiB/s into a guest without swap that is ballooned down", () => {
  it("is answered in time: nothing is killed", async () => {
    const { score, steps } = await runSimulated(guest, 300, { tunables: bare });
    expect(score.oomKills).toBe(0);
    expect(steps.map(({ decision }) => decision.reason)).toContain("emergency");
    expect(score.heldGibMinutes).toBeLessThan(5 * 0.75);
  });

  it("ends in an OOM kill without the emergency safety", async () => {
    const { score } = await runSimulated(guest, 300, { tunables: bare, without: "emergency" });
    expect(score.oomKills).toBeGreaterThan(0);
  });

  it("ends in an OOM kill under the law alone", async () => {
    const { score } = await runSimulated(guest, 300, { tunables: { ...bare, guard: 0 } });
    expect(score.oomKills).toBeGreaterThan(0);
  });
});

describe("bursts that come back every two minutes", () => {
  const often = { maximumMib: 1024, loads: [bursts(240, 120)] };

  it("leave the guest with what it has, longer each time, instead of chasing it", async () => {
    const { score } = await runSimulated(often, 3000);
    const { score: without } = await runSimulated(often, 3000, { without: "back_off" });
    expect(score.oomKills).toBe(0);
    expect(score.moves).toBeLessThan(without.moves / 2);
  });
});
