import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { guard, NO_SAFETY } from "../../../src/core/guard/guard.ts";
import { type GuardState, INITIAL_GUARD_STATE } from "../../../src/core/guard/state.ts";
import { DEFAULT_TUNABLES } from "../../../src/core/tunables.ts";
import { observationOf } from "../../support/observations.ts";

const count = fc.option(fc.nat(2 ** 30));

/** Readings one after the other, true or not; counters may jump anywhere, as after a reboot. */
const readings = fc.array(
  fc.record({
    totalramPages: fc.nat(2 ** 20),
    availablePages: fc.option(fc.nat(2 ** 21)),
    swapTotalPages: count,
    psiSomeTotalUs: count,
    psiFullTotalUs: count,
    freePages: count,
    refaultPages: count,
    swapOutPages: count,
    oomKills: fc.option(fc.nat(3)),
    allocStalls: fc.option(fc.nat(1000)),
    wantedPages: fc.nat(2 ** 20),
    maximumPages: fc.nat(2 ** 20),
    laterMs: fc.nat(1_000_000),
  }),
  { minLength: 1, maxLength: 40 },
);

describe("the guard, whatever a guest tells", () => {
  it("never goes below the law, nor above the maximum but for what the guest has", () => {
    fc.assert(
      fc.property(readings, (steps) => {
        let state: GuardState = INITIAL_GUARD_STATE;
        let nowMs = 0;
        for (const { wantedPages, maximumPages, laterMs, ...reading } of steps) {
          nowMs += laterMs;
          const wanted = { targetPages: wantedPages, maximumPages };
          const guarded = guard(state, observationOf(reading), wanted, DEFAULT_TUNABLES, nowMs, NO_SAFETY);
          expect(Number.isSafeInteger(guarded.targetPages)).toBe(true);
          expect(guarded.targetPages).toBeGreaterThanOrEqual(wantedPages);
          const hasPages = reading.totalramPages;
          expect(guarded.targetPages).toBeLessThanOrEqual(Math.max(wantedPages, maximumPages, hasPages));
          expect(guarded.safety === null).toBe(guarded.targetPages === wantedPages);
          state = guarded.state;
        }
      }),
    );
  });

  it("never takes more than what is available beyond the headroom", () => {
    fc.assert(
      fc.property(fc.nat(2 ** 20), fc.nat(2 ** 20), (totalramPages, some) => {
        const availablePages = Math.min(some, totalramPages);
        const observation = observationOf({ totalramPages, availablePages, maxPfn: 2 ** 21 });
        const wanted = { targetPages: 0, maximumPages: 2 ** 20 };
        const { targetPages } = guard(INITIAL_GUARD_STATE, observation, wanted, DEFAULT_TUNABLES, 0, NO_SAFETY);
        expect(totalramPages - targetPages).toBeLessThanOrEqual(Math.max(0, availablePages - 64 * 256));
      }),
    );
  });
});
