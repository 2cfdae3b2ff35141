import { describe, expect, it } from "vitest";
import { createKernel } from "../../../src/sim/boot.ts";
import { filePages } from "../../../src/sim/cache.ts";
import { currentPages, type Kernel } from "../../../src/sim/kernel.ts";
import { availablePages } from "../../../src/sim/reading.ts";
import { loadOf, mib, run } from "../../support/sim.ts";

const refaultsIn = (kernel: Kernel, seconds: number): number => {
  const before = kernel.counters.refaultPages;
  run(kernel, seconds);
  return kernel.counters.refaultPages - before;
};

describe("the page cache", () => {
  it("holds the working set, and moves it to the active list at the second touch", () => {
    const kernel = createKernel({ maximumMib: 512, loads: [loadOf(() => ({ cache: 150 }))] });
    run(kernel, 1);
    expect(kernel.cache.inactiveHotPages).toBeGreaterThan(kernel.cache.activePages);
    run(kernel, 29);
    expect(filePages(kernel.cache)).toBeGreaterThan(mib(149));
    expect(kernel.cache.activePages).toBeGreaterThan(mib(140));
    expect(kernel.counters.refaultPages).toBe(0);
  });

  it("refaults when the balloon takes a hot cache, and stalls for that", () => {
    const kernel = createKernel({ maximumMib: 512, loads: [loadOf(() => ({ cache: 250 }))] });
    run(kernel, 30);
    kernel.targetPages = currentPages(kernel) - kernel.freePages - mib(120);
    run(kernel, 5);
    expect(refaultsIn(kernel, 10)).toBeGreaterThan(mib(50));
    expect(kernel.counters.psiSomeUs).toBeGreaterThan(100_000);
    expect(kernel.counters.oomKills).toBe(0);
  });

  it("gives what was read once before what is read again and again", () => {
    const hot = loadOf(() => ({ cache: 100 }));
    const once = loadOf((s) => ({ stream: s < 20 ? 12 : 0 }));
    const kernel = createKernel({ maximumMib: 512, loads: [hot, once] });
    run(kernel, 30);
    expect(kernel.cache.inactiveColdPages).toBeGreaterThan(mib(150));
    const before = filePages(kernel.cache);
    kernel.targetPages = currentPages(kernel) - kernel.freePages - mib(120);
    run(kernel, 10);
    expect(kernel.counters.refaultPages).toBeLessThan(mib(5));
    expect(before - filePages(kernel.cache)).toBeGreaterThan(mib(115));
  });

  it("is given up for programs before anything is swapped or killed", () => {
    const reader = loadOf((s) => ({ stream: s < 15 ? 20 : 0 }));
    const grower = loadOf((s) => ({ anon: s < 20 ? 10 : 250 }));
    const kernel = createKernel({ maximumMib: 512, swapMib: 512, loads: [reader, grower] });
    run(kernel, 30);
    expect(kernel.loads[1]?.residentPages).toBe(mib(250));
    expect(kernel.counters).toMatchObject({ swapOutPages: 0, oomKills: 0 });
  });

  it("counts in MemAvailable by the kernel's formula: all but the low watermark, as for slab", () => {
    const kernel = createKernel({ maximumMib: 512, loads: [loadOf(() => ({ cache: 150 }))] });
    run(kernel, 30);
    const { zonesLowPages, totalreservePages } = kernel.watermarks;
    const files = filePages(kernel.cache);
    const slab = kernel.cache.slabPages + 2262;
    expect(kernel.cache.slabPages).toBeGreaterThan(2);
    expect(slab).toBeGreaterThan(2 * zonesLowPages);
    expect(availablePages(kernel)).toBe(
      kernel.freePages - totalreservePages + files - zonesLowPages + slab - zonesLowPages,
    );
  });
});
