import { describe, expect, it } from "vitest";
import type { HostSight } from "../../../../src/core/host/host-reading.ts";
import { linesOf, needOf } from "../../../../src/core/host/need.ts";
import { BYTES_PER_MIB } from "../../../../src/core/units.ts";

const TOTAL_MIB = 10_000;

function sight(availableMib: number, change: Partial<HostSight> = {}): HostSight {
  return {
    totalBytes: TOTAL_MIB * BYTES_PER_MIB,
    availableBytes: availableMib * BYTES_PER_MIB,
    ...{ someShare: 0, fullShare: 0, swapOutBytesPerS: 0, swappedBytes: 0 },
    ...change,
  };
}

describe("a host's need", () => {
  it.each([
    [5000, false, 0],
    [1001, false, 0],
    [999, false, 15 / 64],
    [1100, true, 8 / 64],
    [1200, true, 0],
    [750, true, 0.5],
    [300, true, 1],
    [0, false, 1],
  ])("of one in ten thousand with %i MiB available, begun: %s, is %d", (availableMib, isOn, need) => {
    expect(needOf(sight(availableMib), isOn)?.need).toBe(need);
  });

  it("asks for what is missing to the line where it ends", () => {
    expect(needOf(sight(900), false)?.lackBytes).toBe(300 * BYTES_PER_MIB);
    expect(needOf(sight(1100), false)?.lackBytes).toBe(0);
  });

  it("is an emergency where almost nothing is left, or where everything stalls on a tight host", () => {
    const isEmergency = (one: HostSight): boolean | undefined => needOf(one, false)?.isEmergency;
    expect([isEmergency(sight(299)), isEmergency(sight(301))]).toEqual([true, false]);
    expect([isEmergency(sight(1900, { fullShare: 0.2 })), isEmergency(sight(2100, { fullShare: 0.2 }))]).toEqual([
      true,
      false,
    ]);
  });

  it("is there where a tight host stalls or swaps, and not where a container of a large one does", () => {
    const need = (one: HostSight): number | undefined => needOf(one, false)?.need;
    expect([need(sight(1900, { someShare: 0.2 })), need(sight(2100, { someShare: 0.2 }))]).toEqual([0.5, 0]);
    const swapOutBytesPerS = 5 * BYTES_PER_MIB;
    expect([need(sight(1900, { swapOutBytesPerS })), need(sight(2100, { swapOutBytesPerS }))]).toEqual([0.5, 0]);
  });

  it("leaves a surplus only well above the line where it ends", () => {
    expect([needOf(sight(1499), false)?.hasSurplus, needOf(sight(1501), false)?.hasSurplus]).toEqual([false, true]);
  });

  it("is not known where the host says nothing", () => {
    expect(needOf(sight(0, { availableBytes: null }), true)).toBeNull();
    expect(needOf(sight(0, { totalBytes: null }), true)).toBeNull();
  });

  it("begins at no more than 8 GiB on a large host, and is an emergency at 64 MiB on a small one", () => {
    const mib = (bytes: number): number => bytes / BYTES_PER_MIB;
    expect(mib(linesOf(1_000_000 * BYTES_PER_MIB).beginBytes)).toBe(8192);
    expect(mib(linesOf(1024 * BYTES_PER_MIB).emergencyBytes)).toBe(64);
    expect(mib(linesOf(320 * BYTES_PER_MIB).emergencyBytes)).toBe(20);
  });
});
