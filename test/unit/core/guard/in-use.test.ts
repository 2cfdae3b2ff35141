import { describe, expect, it } from "vitest";
import { NO_EMERGENCY } from "../../../../src/core/guard/emergency.ts";
import { NO_SAFETY } from "../../../../src/core/guard/guard.ts";
import { inUse, usedPages } from "../../../../src/core/guard/in-use.ts";
import { guardInput } from "../../../../src/core/guard/input.ts";
import type { Safety } from "../../../../src/core/guard/names.ts";
import { INITIAL_GUARD_STATE } from "../../../../src/core/guard/state.ts";
import { DEFAULT_TUNABLES } from "../../../../src/core/tunables.ts";
import { observationOf } from "../../../support/observations.ts";

const MIB = 256;
const NOW_MS = 1000;

/** A guest of 1024 MiB that has 640. */
function inputOf(availableMib: number | null, without: ReadonlySet<Safety> = NO_SAFETY) {
  const availablePages = availableMib === null ? null : availableMib * MIB;
  const observation = observationOf({ totalramPages: 640 * MIB, availablePages });
  const wanted = { targetPages: 100 * MIB, maximumPages: 1024 * MIB };
  return guardInput(INITIAL_GUARD_STATE, observation, wanted, DEFAULT_TUNABLES, NOW_MS, without);
}

/** The least target, in MiB, with gentle steps until a time. */
const leastMib = (availableMib: number | null, gentleUntilMs = 0) =>
  inUse.minTargetPages({ emergency: { ...NO_EMERGENCY, gentleUntilMs } }, inputOf(availableMib)) / MIB;

describe("memory in use", () => {
  it("is what is not available, and stays with the headroom beside it", () => {
    expect(leastMib(340)).toBe(300 + 64);
    expect(leastMib(0)).toBe(640 + 64);
  });

  it("is none where more is told to be available than there is: the headroom stays", () => {
    expect(leastMib(700)).toBe(64);
  });

  it("is not known to an old kernel: the law stands alone", () => {
    expect(leastMib(null)).toBe(0);
  });

  it("is 0 where a scenario leaves the safety out", () => {
    expect(usedPages(inputOf(340, new Set(["in_use"] as const)))).toBe(0);
    expect(usedPages(inputOf(340, new Set(["stuck"] as const)))).toBe(364 * MIB);
  });
});

describe("the steps after an emergency", () => {
  it("take at most a thirty-second of the guest's RAM, until they need not be gentle any more", () => {
    expect(leastMib(600, NOW_MS + 1)).toBe(620);
    expect(leastMib(600, NOW_MS)).toBe(104);
  });

  it("never take what is in use", () => {
    expect(leastMib(60, NOW_MS + 1)).toBe(580 + 64);
  });

  it("are as gentle where nobody knows what is in use", () => {
    expect(leastMib(null, NOW_MS + 1)).toBe(620);
  });
});
