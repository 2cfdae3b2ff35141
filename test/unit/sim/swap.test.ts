import { describe, expect, it } from "vitest";
import { createKernel } from "../../../src/sim/boot.ts";
import { filePages } from "../../../src/sim/cache.ts";
import { currentPages, type Kernel } from "../../../src/sim/kernel.ts";
import { readKernel } from "../../../src/sim/reading.ts";
import { loadOf, mib, run } from "../../support/sim.ts";

/** A guest with `cold` memory of which the balloon pushed 100 MiB into swap. */
function swappedGuest(swap: { zramMib?: number; swapMib?: number }, hotShare = 0): Kernel {
  const kernel = createKernel({ maximumMib: 512, loads: [loadOf(() => ({ anon: 300 }), { hotShare })], ...swap });
  run(kernel, 5);
  kernel.targetPages = currentPages(kernel) - kernel.freePages - mib(100);
  run(kernel, 10);
  return kernel;
}

describe("swap", () => {
  it("fills compressed swap first, whose pages cost RAM by the ratio, and disk after it", () => {
    const kernel = swappedGuest({ zramMib: 110, swapMib: 400 });
    const { swap } = kernel;
    expect(swap.zramPages).toBeGreaterThan(mib(105));
    expect(swap.zramPoolPages).toBe(Math.ceil(swap.zramPages / 2.75));
    expect(swap.diskPages).toBeGreaterThan(mib(15));
    expect(kernel.loads[0]?.swappedPages).toBe(swap.zramPages + swap.diskPages);
  });

  it("passes over memory that was touched since the last look: files that are read as often go first", () => {
    const load = loadOf(() => ({ anon: 200, cache: 100 }), { hotShare: 1, touchSeconds: 5 });
    const kernel = createKernel({ maximumMib: 512, loads: [load], swapMib: 512 });
    run(kernel, 30);
    const before = filePages(kernel.cache);
    kernel.targetPages = currentPages(kernel) - kernel.freePages - mib(60);
    run(kernel, 0.5);
    const evicted = before - filePages(kernel.cache);
    expect(evicted).toBeGreaterThan(mib(30));
    expect(kernel.loads[0]?.swappedPages).toBeLessThan(evicted / 2);
  });

  it("tells frontswap only where there is compressed swap", () => {
    expect(readKernel(swappedGuest({ swapMib: 400 }), "g").frontswapPages).toBeNull();
    const compressed = swappedGuest({ zramMib: 400 });
    expect(readKernel(compressed, "g").frontswapPages).toBe(compressed.swap.zramPages);
  });

  it("leaves cold pages there, though memory is free again: that is what self-shrinking is for", () => {
    const kernel = swappedGuest({ zramMib: 400 });
    kernel.targetPages = mib(512);
    const before = kernel.swap.zramPages;
    run(kernel, 10);
    expect(kernel.swap.zramPages).toBeGreaterThan(before * 0.9);
    kernel.frontswapTargetPages = mib(50);
    run(kernel, 5);
    expect(kernel.swap.zramPages).toBeLessThanOrEqual(mib(50));
    expect(kernel.swap.zramPages).toBeGreaterThan(mib(48));
    expect(kernel.counters.oomKills).toBe(0);
  });

  it("brings no page back where memory is not free", () => {
    const kernel = swappedGuest({ zramMib: 400 });
    const before = kernel.swap.zramPages;
    kernel.frontswapTargetPages = 0;
    run(kernel, 2);
    expect(kernel.swap.zramPages).toBeGreaterThan(before * 0.95);
  });

  it("faults hot pages in, at a stall", () => {
    const kernel = swappedGuest({ zramMib: 400 }, 1);
    const before = kernel.counters.swapInPages;
    kernel.targetPages = mib(512);
    run(kernel, 5);
    expect(kernel.counters.swapInPages - before).toBeGreaterThan(mib(50));
    expect(kernel.swap.zramPages).toBeLessThan(mib(50));
  });
});

describe("the silent refusal", () => {
  const asks = (committed: number) =>
    loadOf((s) => ({ anon: s < 2 ? 1 : committed, committed: s < 2 ? 1 : committed }));

  it("refuses one allocation larger than RAM and swap together, and Committed_AS does not move", () => {
    const kernel = createKernel({ maximumMib: 256, loads: [asks(180)] });
    kernel.targetPages = mib(169);
    run(kernel, 1.5);
    const before = readKernel(kernel, "g").committedPages;
    run(kernel, 5);
    expect(readKernel(kernel, "g").committedPages).toBe(before);
    expect(kernel.counters.refusals).toBe(5);
    expect(kernel.counters.oomKills).toBe(0);
  });

  it("grants it where swap makes up for the rest, and at the next attempt once there is memory", () => {
    const withSwap = createKernel({ maximumMib: 256, swapMib: 256, loads: [asks(180)] });
    withSwap.targetPages = mib(169);
    run(withSwap, 5);
    expect(withSwap.counters.refusals).toBe(0);

    const later = createKernel({ maximumMib: 256, loads: [asks(180)] });
    later.targetPages = mib(169);
    run(later, 2.9);
    expect(later.counters.refusals).toBe(1);
    later.targetPages = mib(256);
    run(later, 3);
    expect(readKernel(later, "g").committedPages).toBeGreaterThan(mib(180));
  });

  it("grants the same in small allocations", () => {
    const creeping = loadOf((s) => ({ anon: 1, committed: 30 * s }));
    const kernel = createKernel({ maximumMib: 256, loads: [creeping] });
    run(kernel, 20);
    expect(kernel.counters.refusals).toBe(0);
    expect(readKernel(kernel, "g").committedPages).toBeGreaterThan(mib(590));
  });
});
