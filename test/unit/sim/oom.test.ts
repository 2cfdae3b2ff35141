import { describe, expect, it } from "vitest";
import { createKernel } from "../../../src/sim/boot.ts";
import { currentPages, type Kernel } from "../../../src/sim/kernel.ts";
import { availablePages } from "../../../src/sim/reading.ts";
import { loadOf, mib, run, runUntil } from "../../support/sim.ts";

/** A guest without swap, ballooned down to 30 MiB of MemAvailable, whose load grows by `mibPerSecond` from second 10. */
function tightGuest(mibPerSecond: number, swap: { swapMib?: number; zramMib?: number } = {}, maxMib = 200): Kernel {
  const load = loadOf((s) => ({ anon: s < 10 ? 5 : Math.min(maxMib, 5 + (s - 10) * mibPerSecond) }));
  const kernel = createKernel({ maximumMib: 512, loads: [load], ...swap });
  run(kernel, 5);
  kernel.targetPages = currentPages(kernel) - (availablePages(kernel) - mib(30));
  run(kernel, 5);
  return kernel;
}
const killed = (kernel: Kernel) => () => kernel.counters.oomKills > 0;

describe("OOM", () => {
  it.each([
    [150, 0.15, 0.52],
    [50, 0.5, 0.8],
    [20, 1.3, 2],
  ])("kills a load that grows by %i MiB/s with 30 MiB available after %f to %f s", (rate, min, max) => {
    const kernel = tightGuest(rate);
    const seconds = runUntil(kernel, killed(kernel), 10);
    expect(seconds).toBeGreaterThan(min);
    expect(seconds).toBeLessThan(max);
  });

  it("spares the load if 96 MiB are given back whenever less than 25 MiB are available, looked at every 100 ms", () => {
    const kernel = tightGuest(150);
    for (let look = 0; look < 50; look += 1) {
      if (availablePages(kernel) < mib(25)) kernel.targetPages = currentPages(kernel) + mib(96);
      run(kernel, 0.1);
    }
    expect(kernel.counters.oomKills).toBe(0);
    expect(kernel.loads[0]?.residentPages).toBe(mib(200));
  });

  it.each([
    { swap: { swapMib: 512 }, maxMib: 200 },
    { swap: { zramMib: 512 }, maxMib: 70 },
  ])("does not happen where swap takes the rest: %j", ({ swap, maxMib }) => {
    const kernel = tightGuest(150, swap, maxMib);
    run(kernel, 20);
    expect(kernel.counters.oomKills).toBe(0);
    expect(kernel.counters.swapOutPages).toBeGreaterThan(0);
  });

  it("happens with compressed swap once what it takes of RAM is all there is", () => {
    const kernel = tightGuest(150, { zramMib: 512 }, 200);
    expect(runUntil(kernel, killed(kernel), 20)).not.toBeNull();
  });

  it("happens with swap too once swap is full", () => {
    const kernel = tightGuest(50, { swapMib: 64 });
    expect(runUntil(kernel, killed(kernel), 30)).not.toBeNull();
    expect(kernel.swap.diskPages).toBeLessThan(mib(64));
  });

  it("never happens while memory suffices", () => {
    const kernel = createKernel({ maximumMib: 512, loads: [loadOf((s) => ({ anon: 200 + 100 * Math.sin(s) }))] });
    run(kernel, 60);
    expect(kernel.counters).toMatchObject({ oomKills: 0, psiSomeUs: 0, allocStalls: 0 });
  });

  it("takes the load with the most memory, and that load starts again 10 s later", () => {
    const large = loadOf((s) => ({ anon: s < 8 ? 250 : 50 }));
    const small = loadOf((s) => ({ anon: Math.min(240, 20 + 60 * Math.max(0, s - 3)) }));
    const kernel = createKernel({ maximumMib: 512, loads: [small, large] });
    expect(runUntil(kernel, killed(kernel), 10)).not.toBeNull();
    expect(kernel.loads[1]?.residentPages).toBe(0);
    expect(kernel.loads[0]?.residentPages).toBeGreaterThan(mib(150));
    run(kernel, 9.9);
    expect(kernel.loads[1]?.residentPages).toBe(0);
    run(kernel, 1);
    expect(kernel.loads[1]?.residentPages).toBe(mib(50));
    expect(kernel.counters.oomKills).toBe(1);
  });

  it("is a panic where nothing is left to kill", () => {
    const kernel = createKernel({
      maximumMib: 256,
      loads: [loadOf((_, age) => ({ anon: Math.min(100, 50 * age) + age }))],
    });
    run(kernel, 2);
    kernel.targetPages = mib(10);
    expect(runUntil(kernel, () => kernel.hasPanicked, 30)).not.toBeNull();
  });
});
