import { describe, expect, it } from "vitest";
import { startPolicy, stepInMib } from "../../../support/peers.ts";

/** The limit in MiB after each second, of a guest that uses 824 of its 1024 MiB, while stalls come as given. */
const limitsWith = (stallsUs: readonly number[]) => {
  const run = startPolicy("senpai");
  let stalledUs = 0;
  return stallsUs.map((us, second) => {
    stalledUs += us;
    return stepInMib(run, 1024, [{ free: 200, stalledUs }], second * 1000)[0] ?? null;
  });
};

const QUIET_PROBE = [0, 0, 0, 0, 0, 0, 0, 0];

describe("senpai", () => {
  it("begins at what is used", () => {
    expect(limitsWith([0])).toEqual([824]);
  });

  it("goes down by a hundredth after six quiet seconds, and then every six", () => {
    const limits = limitsWith([...QUIET_PROBE, 0, 0, 0, 0, 0, 0]);
    expect(limits.map((limit, second) => (limit === null ? null : second)).filter((second) => second !== null)).toEqual(
      [0, 7, 13],
    );
    expect(limits[7]).toBeCloseTo(824 * 0.99, 0);
    expect(limits[13]).toBeCloseTo(824 * 0.99 * 0.99, 0);
  });

  it.each([
    [1000, 0.01],
    [2000, 0.0025],
    [5000, 0.0004],
    [10_000, 0.0001],
  ])("goes down less the more tasks stalled: %i us", (us, share) => {
    expect(limitsWith([0, us, 0, 0, 0, 0, 0, 0]).at(-1)).toBeCloseTo(824 * (1 - share), 1);
  });

  it.each([
    [20_000, 0.01],
    [100_000, 0.25],
    [400_000, 0.2427], // as far as the guest's maximum
  ])("goes up at once as the square of the pressure: %i us", (us, share) => {
    expect(limitsWith([0, us]).at(-1)).toBeCloseTo(Math.min(1024, 824 * (1 + share)), 0);
  });

  it("goes down to 100 MiB at the least", () => {
    const run = startPolicy("senpai");
    const limits = QUIET_PROBE.map((_, second) => stepInMib(run, 1024, [{ free: 984 }], second * 1000)[0] ?? null);
    expect(limits.filter((limit) => limit !== null)).toEqual([100, 100]);
  });
});
