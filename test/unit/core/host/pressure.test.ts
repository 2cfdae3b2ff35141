import { describe, expect, it } from "vitest";
import type { HostSight } from "../../../../src/core/host/host-reading.ts";
import {
  type Donor,
  followPressure,
  givesBack,
  NO_PRESSURE,
  type Pressure,
} from "../../../../src/core/host/pressure.ts";
import { BYTES_PER_MIB } from "../../../../src/core/units.ts";

const mib = (count: number): number => count * BYTES_PER_MIB;
const donor = (hasMib: number, change: Partial<Donor> = {}): Donor => ({
  ...{ currentBytes: mib(hasMib), activeShare: 1, priority: "normal" },
  ...change,
});
const DONORS = [donor(2000), donor(2000)];

/** A host of 10000 MiB: its need begins below 1000, ends above 1200, and it has a surplus above 1500. */
function seen(availableMib: number | null, before = NO_PRESSURE, change: Partial<HostSight> = {}, nowMs = 0): Pressure {
  const sight: HostSight = {
    ...{ totalBytes: mib(10_000), availableBytes: availableMib === null ? null : mib(availableMib) },
    ...{ someShare: 0, fullShare: 0, swapOutBytesPerS: 0, swappedBytes: 0 },
    ...change,
  };
  return followPressure(before, sight, DONORS, nowMs);
}

describe("a host's need", () => {
  it("begins at one line and goes on up to a higher one", () => {
    expect(seen(1100).need).toBe(0);
    const short = seen(800);
    expect(short.need).toBeGreaterThan(0);
    expect(seen(1100, short).need).toBe(8 / 64);
    expect(seen(1100, seen(1200, short)).need).toBe(0);
  });

  it("asks guests for nothing while there is none", () => {
    expect(seen(1100).askedShares).toEqual({ best_effort: 0, normal: 0, protected: 0 });
  });

  it("asks all for a little where the host stalls though enough is available", () => {
    const stalling = seen(1900, NO_PRESSURE, { someShare: 0.2 });
    expect(stalling).toMatchObject({ need: 0.5, isEmergency: false });
    // A 64th of the line at which a need begins, of the 4000 MiB that guests have, in steps of a 1024th.
    expect(stalling.askedShares.normal).toBe(Math.ceil((1000 / 64 / 4000) * 1024) / 1024);
  });

  it("asks a priority without guests, or whose guests have nothing, for nothing", () => {
    const sight = { totalBytes: mib(10_000), availableBytes: mib(100), someShare: 0, fullShare: 0 };
    const whole = { ...sight, swapOutBytesPerS: 0, swappedBytes: 0 };
    const nothing = { best_effort: 0, normal: 0, protected: 0 };
    expect(followPressure(NO_PRESSURE, whole, [], 0).askedShares).toEqual(nothing);
    expect(followPressure(NO_PRESSURE, whole, [donor(0)], 0).askedShares).toEqual(nothing);
  });
});

describe("what lies in a host's swap", () => {
  it("is told in steps of 64 MiB, the next higher one", () => {
    const swapped = (swappedBytes: number | null) => seen(5000, NO_PRESSURE, { swappedBytes }).swappedBytes;
    expect([swapped(0), swapped(1), swapped(mib(64)), swapped(mib(64) + 1)]).toEqual([0, mib(64), mib(64), mib(128)]);
    expect(swapped(null)).toBeNull();
  });

  it("is news though the host says nothing else, and leaves its need as it was", () => {
    const short = seen(800);
    expect(seen(null, short, { swappedBytes: 1 })).toEqual({ ...short, swappedBytes: mib(64) });
    expect(seen(null, short)).toBe(short);
  });
});

describe("a look at a host", () => {
  const short = seen(800, NO_PRESSURE, { swappedBytes: 1 });
  const same = { swappedBytes: 1 };

  it("is no news where all is as it was", () => {
    expect(seen(800, short, same, 1000)).toBe(short);
  });

  it.each<[string, number, Partial<HostSight>, readonly Donor[]]>([
    ["its need", 950, same, DONORS],
    ["that it is an emergency", 800, { ...same, fullShare: 0.2 }, DONORS],
    ["what lies in swap", 800, { swappedBytes: mib(65) }, DONORS],
    ["what guests are asked for", 800, same, [donor(2000)]],
    ["what guests of one priority are asked for", 800, same, [...DONORS, donor(90, { priority: "protected" })]],
  ])("is news where %s is another", (_, availableMib, change, donors) => {
    const sight = { totalBytes: mib(10_000), availableBytes: mib(availableMib), someShare: 0, fullShare: 0 };
    const after = followPressure(short, { ...sight, swapOutBytesPerS: 0, swappedBytes: 0, ...change }, donors, 1000);
    expect(after).not.toEqual(short);
  });

  it("is news when a surplus begins, and none while it lasts", () => {
    const enough = seen(1400);
    const surplus = seen(1600, enough, {}, 1000);
    expect(surplus.surplusSinceMs).toBe(1000);
    expect(seen(1600, surplus, {}, 2000)).toBe(surplus);
    expect(seen(1400, surplus, {}, 2000).surplusSinceMs).toBeNull();
  });
});

describe("what was taken from guests", () => {
  it("is not given back while there was no surplus", () => {
    expect(givesBack({ ...NO_PRESSURE, take: "as_needed" }, 100_000)).toBe(false);
  });
});
