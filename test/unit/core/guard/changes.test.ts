import { describe, expect, it } from "vitest";
import { changesSince, isMissed } from "../../../../src/core/guard/changes.ts";
import { observationOf } from "../../../support/observations.ts";

/** Counters, and what each change of them is called. */
const COUNTERS = ["refaultPages", "swapInPages", "swapOutPages", "oomKills", "allocStalls"] as const;
const counters = (value: number | null) => Object.fromEntries(COUNTERS.map((name) => [name, value]));

describe("what changed since the last observation", () => {
  it.each(COUNTERS)("is by how much %s grew, 0 where it did not", (name) => {
    const since = (before: number | null, now: number | null) =>
      changesSince(observationOf({ [name]: before }), observationOf({ [name]: now }), 1000)[name];
    expect(since(10, 17)).toBe(7);
    expect(since(10, 10)).toBe(0);
    expect(since(10, 9)).toBeNull();
    expect(since(null, 9)).toBeNull();
    expect(since(10, null)).toBeNull();
  });

  it("is the share of the time in which tasks waited", () => {
    const before = observationOf({ psiSomeTotalUs: 1_000_000, psiFullTotalUs: 500_000 });
    const now = observationOf({ psiSomeTotalUs: 2_000_000, psiFullTotalUs: 750_000 });
    expect(changesSince(before, now, 2000)).toMatchObject({ elapsedMs: 2000, someShare: 0.5, fullShare: 0.125 });
    expect(changesSince(now, before, 2000)).toMatchObject({ someShare: null, fullShare: null });
  });

  it("is the rise of what is in use: a balloon that moves makes none", () => {
    const rise = (availablePages: number | null, totalramPages: number, lastAvailablePages: number | null = 400) =>
      changesSince(
        observationOf({ totalramPages: 1000, availablePages: lastAvailablePages }),
        observationOf({ totalramPages, availablePages }),
        1000,
      ).risePages;
    expect(rise(300, 1000)).toBe(100);
    expect(rise(300, 900)).toBe(0);
    expect(rise(450, 1000)).toBe(-50);
    expect(rise(null, 1000)).toBeNull();
    expect(rise(300, 1000, null)).toBeNull();
  });

  it("is not known at first, nor where no time has passed", () => {
    const nothing = {
      ...counters(null),
      elapsedMs: 0,
      ...{ someShare: null, fullShare: null, risePages: null },
    };
    const [before, now] = [observationOf(counters(10)), observationOf(counters(17))];
    expect(changesSince(null, now, 1000)).toEqual(nothing);
    expect(changesSince(before, now, 0)).toEqual(nothing);
    expect(changesSince(before, now, -1)).toEqual(nothing);
    expect(changesSince(before, now, 1).elapsedMs).toBe(1);
  });
});

describe("memory that was taken away", () => {
  it.each(["refaultPages", "swapInPages"])("is missed where a page of %s was read back", (name) => {
    const since = (pages: number | null) =>
      isMissed(changesSince(observationOf({ [name]: 10 }), observationOf({ [name]: pages }), 1000));
    expect(since(11)).toBe(true);
    expect(since(10)).toBe(false);
    expect(since(null)).toBe(false);
  });
});
