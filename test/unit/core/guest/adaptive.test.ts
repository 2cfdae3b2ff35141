import { describe, expect, it } from "vitest";
import { NO_ANSWER } from "../../../../src/core/guard/answer.ts";
import { INITIAL_GUARD_STATE } from "../../../../src/core/guard/state.ts";
import { adaptiveAim } from "../../../../src/core/guest/adaptive.ts";
import type { Aim } from "../../../../src/core/guest/law.ts";
import type { CompleteObservation } from "../../../../src/core/observation.ts";
import { DEFAULT_TUNABLES } from "../../../../src/core/tunables.ts";
import { observationOf } from "../../../support/observations.ts";

const MIB = 256;
const HEADROOM = 64 * MIB;

/** A guest of 1 GiB: 300 MiB in use, 100 MiB of cache, the rest free. */
const calm = { totalramPages: 1000 * MIB, availablePages: 700 * MIB, freePages: 610 * MIB, refaultPages: 0 };

type Readings = Partial<CompleteObservation>;

/** The goal some time after a step at which the guest was calm. */
function goalAfter(readings: Readings, afterMs = 5000): number | null {
  return aimAfter(readings, afterMs)?.goalPages ?? null;
}

function aimAfter(readings: Readings, afterMs: number, isHostShort = false): Aim | null {
  const before = { last: observationOf(calm), lastMs: 0, risePages: 0, answer: NO_ANSWER };
  return adaptiveAim(before, observationOf({ ...calm, ...readings }), DEFAULT_TUNABLES, afterMs, isHostShort);
}

describe("the adaptive goal", () => {
  it("is what is in use and the headroom: the cache is the guard's business", () => {
    expect(goalAfter({})).toBe(300 * MIB + HEADROOM);
    expect(adaptiveAim(INITIAL_GUARD_STATE, observationOf(calm), DEFAULT_TUNABLES, 0, false)?.goalPages).toBe(
      300 * MIB + HEADROOM,
    );
  });

  it("stays where it is when only the balloon moves", () => {
    expect(goalAfter({ totalramPages: 800 * MIB, availablePages: 500 * MIB, freePages: 410 * MIB })).toBe(
      300 * MIB + HEADROOM,
    );
  });

  it("has the guard's headroom where demand was seen to rise faster", () => {
    const before = { last: observationOf(calm), lastMs: 0, risePages: 100 * MIB, answer: NO_ANSWER };
    expect(adaptiveAim(before, observationOf(calm), DEFAULT_TUNABLES, 5000, false)?.goalPages).toBe(400 * MIB);
  });

  it("runs ahead of a rise", () => {
    expect(goalAfter({ availablePages: 680 * MIB }, 100)).toBe(320 * MIB + HEADROOM + 25 * MIB);
  });

  it.each(["availablePages", "freePages", "refaultPages"] as const)("is not known without %s", (name) => {
    expect(goalAfter({ [name]: null })).toBeNull();
  });

  it.each([
    ["more available than there is RAM", { availablePages: 4e15, freePages: 2 ** 64 }],
    ["nothing available", { availablePages: 0, freePages: 4e15 }],
  ])("stays within bounds when told %s", (_, readings) => {
    const goal = goalAfter(readings, 100);
    expect(goal).toBeGreaterThanOrEqual(0);
    expect(goal).toBeLessThanOrEqual(5 * calm.totalramPages);
  });
});

describe("what may go at once", () => {
  const reserve = 8 * MIB;
  const spareAfter = (readings: Readings, afterMs: number) =>
    aimAfter({ totalreservePages: reserve, ...readings }, afterMs)?.sparePages;

  it("is what is free beyond the reserve and the headroom: the cache stays", () => {
    expect(spareAfter({}, 1000)).toBe(610 * MIB - reserve - HEADROOM);
  });

  it("is nothing on a host that is short: what goes there does not come back soon", () => {
    expect(aimAfter({ totalreservePages: reserve }, 1000, true)).toEqual({
      goalPages: goalAfter({}, 1000),
      sparePages: 0,
    });
  });

  it("is a part of it where the next step is further away, for new cache has no other room", () => {
    expect(spareAfter({}, 5000)).toBe(Math.floor((610 * MIB - reserve - HEADROOM) / 5));
  });

  it("is less while demand rises, and nothing where little is free", () => {
    expect(spareAfter({ availablePages: 690 * MIB, freePages: 600 * MIB }, 1000)).toBe(595 * MIB - reserve - HEADROOM);
    expect(spareAfter({ freePages: reserve + HEADROOM }, 1000)).toBe(0);
  });
});
