import { describe, expect, it } from "vitest";
import { loadOf } from "../support/sim.ts";
import { runSimulated } from "../support/simulated-run.ts";

const adaptive = { policy: "adaptive" } as const;

describe("a burst of 150 MiB/s into a guest without swap under the adaptive policy", () => {
  /** Nothing is kept for large allocations, so that the guest goes down as far as the policy takes it. */
  const bare = { guard_allocatable_mb: 1 };
  const guest = {
    maximumMib: 1024,
    loads: [loadOf((seconds) => ({ anon: 20 + (seconds < 240.1 ? 0 : Math.min(500, (seconds - 240.1) * 150)) }))],
  };

  it("is answered before it is an emergency, and nothing is killed", async () => {
    const { score, steps } = await runSimulated(guest, 300, { ...adaptive, tunables: bare });
    expect(score.oomKills).toBe(0);
    expect(score.shortageSeconds).toBe(0);
    expect(steps.map(({ decision }) => decision.reason)).not.toContain("emergency");
    expect(score.heldGibMinutes).toBeLessThan(5 * 0.5);
  });

  it("is survived even if the watch looks once a second, by the guard", async () => {
    const tunables = { ...bare, guard_watch_ms: 1000, guard_headroom_mb: 256 };
    const { score } = await runSimulated(guest, 300, { ...adaptive, tunables });
    expect(score.oomKills).toBe(0);
  });
});

describe("a guest that promises twice what it uses", () => {
  const guest = { maximumMib: 1024, swapMib: 1024, loads: [loadOf(() => ({ anon: 300, committed: 1500 }))] };

  it("gives back what it only promised", async () => {
    const { score } = await runSimulated(guest, 600, adaptive);
    const { score: driver } = await runSimulated(guest, 600);
    expect(driver.heldGibMinutes).toBeCloseTo(10, 2);
    expect(score.heldGibMinutes).toBeLessThan(10 * 0.55);
    expect(score.stalledSeconds).toBe(0);
  });
});

describe("a guest with a hot cache under the adaptive policy", () => {
  const guest = {
    maximumMib: 2048,
    swapMib: 2048,
    loads: [loadOf(() => ({ anon: 200, cache: 900, stream: 0.5 }), { touchSeconds: 10 })],
  };

  it("keeps it, and gives back what was read once", async () => {
    const { score } = await runSimulated(guest, 1800, adaptive);
    expect(score.stalledSeconds).toBeLessThan(0.002 * 1800);
    expect(score.heldGibMinutes).toBeLessThan(30 * 2 * 0.85);
  });
});
