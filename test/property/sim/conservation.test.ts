import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createKernel, reboot } from "../../../src/sim/boot.ts";
import { accountedPages, type Kernel } from "../../../src/sim/kernel.ts";
import { availablePages } from "../../../src/sim/reading.ts";
import { tick } from "../../../src/sim/tick.ts";
import { createWorkload, WORKLOADS, type WorkloadName } from "../../../src/sim/workloads.ts";
import { mib } from "../../support/sim.ts";

const load = fc
  .record({
    name: fc.constantFrom(...(Object.keys(WORKLOADS) as WorkloadName[])),
    seed: fc.nat(),
    sizeMib: fc.integer({ min: 1, max: 2000 }),
    periodSeconds: fc.integer({ min: 2, max: 60 }),
  })
  .map(({ name, ...options }) => createWorkload(name, options));

const spec = fc.record({
  maximumMib: fc.integer({ min: 128, max: 2048 }),
  ceilingMib: fc.integer({ min: 128, max: 2048 }),
  cpus: fc.integer({ min: 1, max: 4 }),
  swapMib: fc.constantFrom(0, 10, 1000),
  zramMib: fc.constantFrom(0, 10, 1000),
  zramRatio: fc.double({ min: 1.05, max: 10, noNaN: true }),
  loads: fc.array(load, { maxLength: 3 }),
});

const action = fc.record({
  targetMib: fc.integer({ min: 0, max: 3000 }),
  frontswapTargetMib: fc.option(fc.integer({ min: 0, max: 500 })),
  ticks: fc.integer({ min: 1, max: 100 }),
  tickMs: fc.constantFrom(1, 10, 100),
  balloonSpeed: fc.constantFrom(1, 0, 0.02),
  reboots: fc.boolean(),
});

/** What is wrong with the accounts; empty if nothing is. Cheap, because it is asked at every tick. */
function faults(kernel: Kernel): string[] {
  const { cache, swap, loads } = kernel;
  const found: string[] = [];
  if (accountedPages(kernel) !== kernel.maximumPages) found.push(`accounted ${accountedPages(kernel)}`);
  const owned = { free: kernel.freePages, balloon: kernel.balloonPages, disk: swap.diskPages, zram: swap.zramPages };
  const { activePages, inactiveHotPages, inactiveColdPages, slabPages, evictedPages } = cache;
  const counts = { ...owned, activePages, inactiveHotPages, inactiveColdPages, slabPages, evictedPages };
  for (const [name, pages] of Object.entries(counts)) if (!isCount(pages)) found.push(`${name} ${pages}`);
  if (!loads.every((load) => isCount(load.residentPages) && isCount(load.swappedPages))) found.push("a load's pages");
  const swapped = loads.reduce((sum, load) => sum + load.swappedPages, 0);
  if (swapped !== swap.zramPages + swap.diskPages) found.push(`swapped ${swapped}`);
  if (swap.zramPages > swap.zramCapacityPages || swap.diskPages > swap.diskCapacityPages) found.push("swap overfull");
  if (availablePages(kernel) > kernel.maximumPages) found.push("available");
  return found;
}

/** Let `ticks` ticks pass; the faults of the first one that left some. */
function faultsWhile(kernel: Kernel, ticks: number, tickMs: number): string[] {
  for (let count = 0; count < ticks; count += 1) {
    tick(kernel, tickMs);
    const found = faults(kernel);
    if (found.length > 0) return found;
  }
  return [];
}

function isCount(pages: number): boolean {
  return Number.isInteger(pages) && pages >= 0;
}

describe("the guest kernel", () => {
  it("accounts for every page at every tick, whatever is run, asked for and rebooted", () => {
    fc.assert(
      fc.property(spec, fc.array(action, { minLength: 1, maxLength: 8 }), (guest, actions) => {
        const kernel = createKernel(guest);
        expect(faults(kernel)).toEqual([]);
        for (const { targetMib, frontswapTargetMib, ticks, tickMs, balloonSpeed, reboots } of actions) {
          kernel.targetPages = mib(targetMib);
          kernel.balloonSpeed = balloonSpeed;
          kernel.frontswapTargetPages = frontswapTargetMib === null ? null : mib(frontswapTargetMib);
          expect(faultsWhile(kernel, ticks, tickMs)).toEqual([]);
          if (reboots) reboot(kernel);
        }
      }),
      { numRuns: 100 },
    );
  });

  it("gives the same bytes from the same start", () => {
    fc.assert(
      fc.property(spec, fc.integer({ min: 0, max: 2048 }), (guest, targetMib) => {
        const play = (): string => {
          const kernel = createKernel(guest);
          kernel.targetPages = mib(targetMib);
          for (let count = 0; count < 300; count += 1) tick(kernel, 10);
          return JSON.stringify(kernel);
        };
        expect(play()).toBe(play());
      }),
      { numRuns: 30 },
    );
  });
});
