import { describe, expect, it } from "vitest";
import { NO_SAFETY } from "../../../../src/core/guard/guard.ts";
import { guardInput } from "../../../../src/core/guard/input.ts";
import { followSingleRise, NO_RISE, singleRise } from "../../../../src/core/guard/single-rise.ts";
import { INITIAL_GUARD_STATE } from "../../../../src/core/guard/state.ts";
import type { CompleteObservation } from "../../../../src/core/observation.ts";
import { DEFAULT_TUNABLES } from "../../../../src/core/tunables.ts";
import { observationOf } from "../../../support/observations.ts";

const WANTED = { targetPages: 10_000, maximumPages: 250_000 };
const DAY_MS = 86_400_000;

function inputOf(last: CompleteObservation | null, now: CompleteObservation, nowMs = 1000) {
  const before = { ...INITIAL_GUARD_STATE, last };
  return guardInput(before, now, WANTED, DEFAULT_TUNABLES, nowMs, NO_SAFETY);
}

const committed = (committedPages: number) => observationOf({ committedPages, swapTotalPages: 0 });

describe("the largest single rise", () => {
  const seen = { pages: 70_000, untilMs: DAY_MS + 1000 };

  it("is what Committed_AS rose by between two steps", () => {
    expect(followSingleRise(NO_RISE, inputOf(committed(50_000), committed(120_000)))).toEqual(seen);
  });

  it("is not what a guest had promised before it was seen", () => {
    expect(followSingleRise(NO_RISE, inputOf(null, committed(120_000)))).toEqual(NO_RISE);
  });

  it("is not seen between two readings of one moment", () => {
    expect(followSingleRise(NO_RISE, inputOf(committed(50_000), committed(120_000), 0))).toEqual(NO_RISE);
  });

  it("is none where nothing rose", () => {
    expect(followSingleRise(NO_RISE, inputOf(committed(50_000), committed(50_000)))).toBe(NO_RISE);
    expect(followSingleRise(NO_RISE, inputOf(committed(50_000), committed(40_000)))).toBe(NO_RISE);
  });

  it("stays in full through smaller ones and through falls, for a day", () => {
    expect(followSingleRise(seen, inputOf(committed(50_000), committed(60_000), DAY_MS))).toEqual(seen);
    expect(followSingleRise(seen, inputOf(committed(60_000), committed(0), DAY_MS))).toEqual(seen);
    expect(followSingleRise(seen, inputOf(committed(60_000), committed(0), DAY_MS + 1000))).toEqual(NO_RISE);
  });

  it("stays for a day more where one as large is seen", () => {
    expect(followSingleRise(seen, inputOf(committed(0), committed(70_000), DAY_MS)).untilMs).toBe(2 * DAY_MS);
  });

  it("is never more than the guest may have, whatever it tells", () => {
    expect(followSingleRise(NO_RISE, inputOf(committed(0), committed(2 ** 50))).pages).toBe(250_000);
  });

  it("is kept in RAM as far as swap has no room for it; nothing is where nobody knows of swap", () => {
    const bound = (swapTotalPages: number | null) =>
      singleRise.minTargetPages({ singleRise: seen }, inputOf(null, observationOf({ swapTotalPages })));
    expect(bound(0)).toBe(70_000);
    expect(bound(60_000)).toBe(10_000);
    expect(bound(null)).toBe(0);
  });
});
