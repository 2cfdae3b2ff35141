import { describe, expect, it } from "vitest";
import { createKernel, reboot } from "../../../src/sim/boot.ts";
import { currentPages, totalramPages } from "../../../src/sim/kernel.ts";
import { readKernel } from "../../../src/sim/reading.ts";
import { loadOf, mib, run, runUntil } from "../../support/sim.ts";

describe("the balloon", () => {
  it("inflates free memory at about 520 MB/s and deflates at about 2 GB/s", () => {
    const kernel = createKernel({ maximumMib: 1024, loads: [] });
    kernel.targetPages = mib(512);
    const inflating = runUntil(kernel, () => currentPages(kernel) === mib(512), 10);
    kernel.targetPages = mib(1024);
    const deflating = runUntil(kernel, () => currentPages(kernel) === mib(1024), 10);
    expect(inflating).toBeGreaterThan(0.9);
    expect(inflating).toBeLessThan(1.1);
    expect(deflating).toBeGreaterThan(0.2);
    expect(deflating).toBeLessThan(0.3);
  });

  it("slows down and raises PSI where it must push memory to compressed swap", () => {
    const load = loadOf(() => ({ anon: 700 }), { hotShare: 0.3, touchSeconds: 10 });
    const kernel = createKernel({ maximumMib: 1024, zramMib: 1024, loads: [load] });
    run(kernel, 8);
    const target = currentPages(kernel) - kernel.freePages - mib(240);
    kernel.targetPages = target;
    const seconds = runUntil(kernel, () => currentPages(kernel) === target, 20);
    expect(seconds).toBeGreaterThan(1.3);
    expect(seconds).toBeLessThan(5);
    expect(kernel.counters.psiSomeUs).toBeGreaterThan(500_000);
  });

  it("stops short of memory in use, out of puff, and tries again every 200 ms", () => {
    const kernel = createKernel({ maximumMib: 256, loads: [loadOf(() => ({ anon: 100 }))] });
    run(kernel, 2);
    kernel.targetPages = mib(100);
    run(kernel, 1);
    const stoppedAt = currentPages(kernel);
    const puffs = kernel.counters.outOfPuffs;
    run(kernel, 2);
    expect(currentPages(kernel)).toBe(stoppedAt);
    expect(stoppedAt).toBeGreaterThan(mib(150));
    expect(kernel.counters.outOfPuffs - puffs).toBe(10);
    expect(kernel.counters.oomKills).toBe(0);
  });

  it("goes on by itself once the memory is free", () => {
    const kernel = createKernel({ maximumMib: 256, loads: [loadOf((s) => ({ anon: s < 5 ? 100 : 10 }))] });
    run(kernel, 2);
    kernel.targetPages = mib(100);
    run(kernel, 2);
    expect(currentPages(kernel)).toBeGreaterThan(mib(100));
    run(kernel, 2);
    expect(currentPages(kernel)).toBe(mib(100));
  });

  it("does not go above the ceiling, whatever is asked for", () => {
    const kernel = createKernel({ maximumMib: 1024, ceilingMib: 600, loads: [] });
    kernel.targetPages = mib(5000);
    run(kernel, 5);
    expect(currentPages(kernel)).toBe(mib(600));
    expect(readKernel(kernel, "g").balloonMaxPages).toBe(mib(600));
  });

  it("moves MemTotal by the same pages, and not the watermarks", () => {
    const kernel = createKernel({ maximumMib: 512, loads: [] });
    const offset = currentPages(kernel) - totalramPages(kernel);
    const reserve = readKernel(kernel, "g").totalreservePages;
    kernel.targetPages = mib(300);
    run(kernel, 2);
    expect(currentPages(kernel) - totalramPages(kernel)).toBe(offset);
    expect(readKernel(kernel, "g").totalreservePages).toBe(reserve);
  });

  it("is empty after a reboot, says the old size for 2 s, and then goes back to the target", () => {
    const kernel = createKernel({ maximumMib: 512, loads: [] });
    kernel.targetPages = mib(300);
    run(kernel, 2);
    reboot(kernel);
    run(kernel, 1);
    expect(readKernel(kernel, "g")).toMatchObject({
      balloonCurrentPages: mib(300),
      totalramPages: null,
      oomKills: null,
    });
    expect(currentPages(kernel)).toBe(mib(512));
    run(kernel, 2);
    expect(readKernel(kernel, "g").balloonCurrentPages).toBe(mib(300));
  });
});
