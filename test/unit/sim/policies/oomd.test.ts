import { describe, expect, it } from "vitest";
import { type GuestInMib, startPolicy, stepInMib } from "../../../support/peers.ts";

/** 824 MiB are used, of which 324 are cache. */
const GUEST: GuestInMib = { free: 200, available: 524 };

/** The target in MiB after each tenth of a second, for so many; stalls are what `stalledUs` says at that time. */
const targetsOf = (seconds: number, guest: GuestInMib, stalledUs: (second: number) => number = () => 0) => {
  const run = startPolicy("oomd");
  return Array.from({ length: seconds * 10 }, (_, nth) => {
    return stepInMib(run, 1024, [{ ...guest, stalledUs: stalledUs(nth / 10) }], nth * 100)[0] ?? null;
  });
};

/** When probes began, in seconds, and how deep they went under what is used, in MiB. */
const probesOf = (targets: readonly (number | null)[]) =>
  targets.flatMap((target, nth) => (target !== null && target < 824 ? [[nth / 10, 824 - target]] : []));

describe("oomd", () => {
  it("leaves 64 MiB free otherwise, for the guest to take at once", () => {
    expect(targetsOf(1, GUEST).every((target) => target === 888)).toBe(true);
  });

  it("reclaims a hundredth of what is above 100 MiB, every seven seconds", () => {
    const probes = probesOf(targetsOf(21, { ...GUEST, swap: 2048 }));
    expect(probes).toEqual([6, 13, 20].map((second) => [second, expect.closeTo(7.24, 1)]));
  });

  it.each([
    ["only cache without swap", { ...GUEST, swap: 0 }, 2.24],
    ["as much as swap has room for", { ...GUEST, swap: 100 }, 3.24],
  ])("reclaims of what can be reclaimed: %s", (_, guest, mibs) => {
    expect(probesOf(targetsOf(7, guest))).toEqual([[6, expect.closeTo(mibs, 1)]]);
  });

  it("waits while tasks stalled for a tenth of a percent of the last ten seconds, or of the last minute", () => {
    const stalledOnce = (second: number) => (second < 5 ? 0 : 30_000);
    const probes = probesOf(targetsOf(120, { ...GUEST, swap: 2048 }, stalledOnce));
    expect(probes[0]?.[0]).toBeGreaterThan(12);
    expect(probes[0]?.[0]).toBeLessThan(30);
  });
});
