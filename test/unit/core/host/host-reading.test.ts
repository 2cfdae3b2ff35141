import { describe, expect, it } from "vitest";
import { type HostReading, sightOf } from "../../../../src/core/host/host-reading.ts";

const first: HostReading = {
  ...{
    totalBytes: 1000,
    availableBytes: 500,
    someTotalUs: 1_000_000,
    fullTotalUs: 500_000,
    swapOutBytes: 4096,
    swappedBytes: 0,
  },
};

describe("what a host's memory was like between two readings", () => {
  it("has the shares of the time that tasks stalled, and what was swapped in a second", () => {
    const now = { ...first, someTotalUs: 1_500_000, fullTotalUs: 700_000, swapOutBytes: 8192, swappedBytes: 300 };
    expect(sightOf(first, now, 2000)).toEqual({
      ...{ totalBytes: 1000, availableBytes: 500, someShare: 0.25, fullShare: 0.1, swapOutBytesPerS: 2048 },
      swappedBytes: 300,
    });
  });

  it.each([
    ["at the first reading", null, 2000],
    ["when no time has passed", first, 0],
    ["when counters went backwards", { ...first, someTotalUs: 2e6, fullTotalUs: 2e6, swapOutBytes: 8192 }, 2000],
    ["where the host does not count", { ...first, someTotalUs: null, fullTotalUs: null, swapOutBytes: null }, 2000],
  ])("knows nothing of them %s", (_, before, elapsedMs) => {
    expect(sightOf(before, first, elapsedMs)).toMatchObject({
      ...{ availableBytes: 500, someShare: null, fullShare: null, swapOutBytesPerS: null },
    });
  });

  it("never has more stalls than time", () => {
    expect(sightOf(first, { ...first, someTotalUs: 9e9 }, 1000).someShare).toBe(1);
  });
});
