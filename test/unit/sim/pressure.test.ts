import { describe, expect, it } from "vitest";
import { createKernel } from "../../../src/sim/boot.ts";
import { loadOf, run, runUntil } from "../../support/sim.ts";

describe("PSI", () => {
  it("stays 0 without swap until the last moment before the OOM kill", () => {
    const kernel = createKernel({ maximumMib: 512, loads: [loadOf((s) => ({ anon: 50 * s }))] });
    const calm = runUntil(kernel, () => kernel.counters.psiSomeUs > 0, 20) ?? Number.NaN;
    const dying = runUntil(kernel, () => kernel.counters.oomKills > 0, 20);
    expect(calm).toBeGreaterThan(7);
    expect(dying).toBeLessThan(0.1);
    expect(kernel.counters.psiSomeUs).toBeLessThan(60_000);
    expect(kernel.counters.psiSomeUs).toBeGreaterThan(1000);
  });

  it("rises to nearly all of the time under thrash over compressed swap, and full to half of it or more", () => {
    const kernel = createKernel({
      maximumMib: 512,
      zramMib: 600,
      loads: [loadOf(() => ({ anon: 600 }), { touchSeconds: 3.3 })],
    });
    run(kernel, 10);
    const before = { ...kernel.counters };
    run(kernel, 5);
    const some = (kernel.counters.psiSomeUs - before.psiSomeUs) / 5_000_000;
    const full = (kernel.counters.psiFullUs - before.psiFullUs) / 5_000_000;
    const faultsPerSecond = (kernel.counters.swapInPages - before.swapInPages) / 5;
    expect(some).toBeGreaterThan(0.8);
    expect(full).toBeGreaterThan(0.45);
    expect(full).toBeLessThan(some);
    expect(faultsPerSecond).toBeGreaterThan(10_000);
    expect(faultsPerSecond).toBeLessThan(21_000);
  });

  it("never falls, and full never exceeds some, nor some the time that passed", () => {
    const loads = [
      loadOf((s) => ({ anon: 150 + 130 * Math.sin(s) })),
      loadOf((s) => ({ anon: 150 + 130 * Math.cos(s) })),
    ];
    const kernel = createKernel({ maximumMib: 384, zramMib: 100, swapMib: 300, loads });
    let last = { ...kernel.counters };
    for (let count = 0; count < 300; count += 1) {
      run(kernel, 0.1);
      const now = { ...kernel.counters };
      expect(now.psiSomeUs - last.psiSomeUs).toBeLessThanOrEqual(100_000.001);
      expect(now.psiFullUs - last.psiFullUs).toBeGreaterThanOrEqual(0);
      expect(now.psiFullUs).toBeLessThanOrEqual(now.psiSomeUs);
      last = now;
    }
    expect(last.psiSomeUs).toBeGreaterThan(0);
  });
});
