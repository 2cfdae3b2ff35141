import { describe, expect, it } from "vitest";
import { watermarksAtBoot } from "../../../src/sim/watermarks.ts";
import { mib } from "../../support/sim.ts";

const within = (share: number, real: number) => [real * (1 - share), real * (1 + share)] as const;
const gapOf = (pages: number) => watermarksAtBoot(pages).totalreservePages - watermarksAtBoot(pages).lowPages;

describe("watermarks at boot", () => {
  it("give a guest of 512 MiB the reserve that its zoneinfo shows: 1435 pages, within 5 %", () => {
    const [min, max] = within(0.05, 1435);
    const { totalreservePages } = watermarksAtBoot(mib(457));
    expect(totalreservePages).toBeGreaterThan(min);
    expect(totalreservePages).toBeLessThan(max);
  });

  it.each([
    [701, 34_916],
    [1990, 45_056],
  ])("raise min_free_kbytes for huge pages as seen with %i MiB: %i KiB, within 3 %%", (memoryMib, minFreeKib) => {
    const [min, max] = within(0.03, minFreeKib / 4 / 4);
    expect(gapOf(mib(memoryMib))).toBeGreaterThan(min);
    expect(gapOf(mib(memoryMib))).toBeLessThan(max);
  });

  it("rise from min over low to high, and stay below memory, for every size", () => {
    for (const memoryMib of [64, 128, 256, 511, 512, 1024, 3072, 8192, 65_536]) {
      const { minPages, lowPages, totalreservePages } = watermarksAtBoot(mib(memoryMib));
      expect(minPages).toBeLessThan(lowPages);
      expect(lowPages).toBeLessThan(totalreservePages);
      expect(totalreservePages).toBeLessThan(mib(memoryMib));
    }
  });
});
