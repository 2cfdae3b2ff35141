import { describe, expect, it } from "vitest";
import { createSimHost } from "../../../src/sim/host.ts";
import { loadOf, mib } from "../../support/sim.ts";

describe("the score", () => {
  it("of a guest left alone is its whole memory over time, and nothing else", () => {
    const host = createSimHost({ guests: [{ name: "g", maximumMib: 1024, loads: [loadOf(() => ({ anon: 300 }))] }] });
    host.advance(120_000);
    expect(host.score("g")).toEqual({
      seconds: 120,
      heldGibMinutes: 2,
      shortageSeconds: 0,
      worstShortagePages: 0,
      stalledSeconds: 0,
      oomKills: 0,
      reboots: 0,
      refusals: 0,
      refaultPages: 0,
      swappedPages: 0,
      moves: 0,
    });
  });

  it("shows the shortage, the swapping and the stalls of a guest that has too little", () => {
    const load = loadOf((s) => ({ anon: s < 10 ? 50 : 250 }));
    const host = createSimHost({ guests: [{ name: "g", maximumMib: 512, swapMib: 512, loads: [load] }] });
    host.setTarget("g", mib(200));
    host.setTarget("g", mib(200));
    host.advance(30_000);
    const score = host.score("g");
    expect(score.moves).toBe(1);
    expect(score.shortageSeconds).toBeGreaterThan(15);
    expect(score.shortageSeconds).toBeLessThan(20.01);
    expect(score.worstShortagePages).toBeGreaterThan(mib(80));
    expect(score.worstShortagePages).toBeLessThan(mib(200));
    expect(score.stalledSeconds).toBeGreaterThan(5);
    expect(score.swappedPages).toBeGreaterThan(mib(100));
    expect(score.heldGibMinutes).toBeLessThan(0.12);
  });

  it("counts refused allocations as a shortage", () => {
    const load = loadOf(() => ({ anon: 1, committed: 2000 }));
    const host = createSimHost({ guests: [{ name: "g", maximumMib: 512, loads: [load] }] });
    host.advance(10_000);
    expect(host.score("g")).toMatchObject({ refusals: 10, shortageSeconds: 10, oomKills: 0 });
  });
});
