import { describe, expect, it } from "vitest";
import { NO_SAFETY } from "../../../../src/core/guard/guard.ts";
import { implausible } from "../../../../src/core/guard/implausible.ts";
import { guardInput } from "../../../../src/core/guard/input.ts";
import { INITIAL_GUARD_STATE } from "../../../../src/core/guard/state.ts";
import type { CompleteObservation } from "../../../../src/core/observation.ts";
import { DEFAULT_TUNABLES } from "../../../../src/core/tunables.ts";
import { observationOf } from "../../../support/observations.ts";

const HAS = 200_000;
const WANTED = { targetPages: 100_000, maximumPages: 262_144 };

function least(readings: Partial<CompleteObservation>, last: Partial<CompleteObservation> | null = null): number {
  const before = { ...INITIAL_GUARD_STATE, last: last === null ? null : observationOf(last) };
  const now = observationOf({ totalramPages: HAS, availablePages: 1000, ...readings });
  const input = guardInput(before, now, WANTED, DEFAULT_TUNABLES, 1000, NO_SAFETY);
  return implausible.minTargetPages(null, input);
}

describe("a reading that can't be true", () => {
  it("is more available than there is RAM: the target does not fall", () => {
    expect(least({ availablePages: HAS + 1 })).toBe(HAS);
    expect(least({ availablePages: HAS })).toBe(0);
  });

  it("is more RAM than there are page frames: the target does not fall", () => {
    expect(least({ maxPfn: HAS - 1 })).toBe(HAS);
    expect(least({ maxPfn: HAS })).toBe(0);
  });
});

describe("what is available", () => {
  it("was there before and is missing: the target does not fall", () => {
    expect(least({ availablePages: null }, { availablePages: 1000 })).toBe(HAS);
  });

  it("was never there: an old kernel is no reason to hold a guest for ever", () => {
    expect(least({ availablePages: null })).toBe(0);
    expect(least({ availablePages: null }, { availablePages: null })).toBe(0);
  });

  it("is there again: nothing is held", () => {
    expect(least({}, { availablePages: null })).toBe(0);
    expect(least({}, { availablePages: 1000 })).toBe(0);
  });
});
