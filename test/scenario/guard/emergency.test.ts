import { describe, expect, it } from "vitest";
import { loadOf } from "../../support/sim.ts";
import { runSimulated, type SimulatedRun } from "../../support/simulated-run.ts";

/** Nothing is kept for large allocations, so that the guest goes down as far as the law takes it. */
const bare = { guard_allocatable_mb: 1 };

/** What a burst has taken that begins just after a step of the law, in MiB. */
const taken = (seconds: number, mibPerSecond: number): number =>
  Math.min(500, Math.max(0, seconds - 240.1) * mibPerSecond);

const reasonsOf = ({ steps }: SimulatedRun): readonly string[] => steps.map(({ decision }) => decision.reason);

describe("a program that takes 500 MiB at 150 MiB/s in a guest without swap that is ballooned down", () => {
  const guest = {
    maximumMib: 1024,
    loads: [loadOf((seconds) => ({ anon: 20 + taken(seconds, 150) }))],
  };

  it("is answered in time: nothing is killed, and it is no emergency", async () => {
    const run = await runSimulated(guest, 300, { tunables: bare });
    expect(run.score.oomKills).toBe(0);
    expect(reasonsOf(run)).not.toContain("emergency");
    expect(run.score.heldGibMinutes).toBeLessThan(5 * 0.75);
  });

  it("ends in an OOM kill under the law alone", async () => {
    const { score } = await runSimulated(guest, 300, { tunables: { ...bare, guard: 0 } });
    expect(score.oomKills).toBeGreaterThan(0);
  });
});

describe("a kernel that takes 500 MiB at 400 MiB/s, which committed memory does not count", () => {
  const guest = {
    maximumMib: 1024,
    loads: [loadOf((seconds) => ({ anon: 20, kernel: taken(seconds, 400) }))],
  };

  it("has everything back at once: nothing is killed", async () => {
    const run = await runSimulated(guest, 300, { tunables: bare });
    expect(run.score.oomKills).toBe(0);
    expect(reasonsOf(run)).toContain("emergency");
  });

  it("ends in an OOM kill without that safety", async () => {
    const { score } = await runSimulated(guest, 300, { tunables: bare, without: "emergency" });
    expect(score.oomKills).toBeGreaterThan(0);
  });
});

describe("an emergency that comes back, worse, within seven minutes", () => {
  const burst = (seconds: number, from: number, mib: number): number =>
    seconds >= from && seconds < from + 20 ? mib : 0;
  const guest = {
    maximumMib: 1024,
    swapMib: 1024,
    loads: [loadOf((seconds) => ({ anon: 20, kernel: burst(seconds, 240.1, 120) + burst(seconds, 640.1, 500) }))],
  };

  it("leaves the guest with what it has for ten minutes, instead of chasing it", async () => {
    const run = await runSimulated(guest, 1000);
    expect(run.score.oomKills).toBe(0);
    expect(reasonsOf(run).at(-1)).toBe("back_off");
    expect(run.steps.at(-1)?.observation.balloonCurrentPages).toBe(1024 * 256);
  });

  it("is over after thirty calm seconds without that safety", async () => {
    const { steps } = await runSimulated(guest, 1000, { without: "back_off" });
    expect(steps.at(-1)?.observation.balloonCurrentPages).toBeLessThan(700 * 256);
  });
});
