import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SAFETIES } from "../../../src/core/guard/safeties.ts";
import { NO_BOUNDS } from "../../../src/core/guest/bounds.ts";
import { INITIAL_GUEST_STATE, step } from "../../../src/core/guest/step.ts";
import { boundObservation, type GuestLimits, holdLimits } from "../../../src/core/limits.ts";
import { DEFAULT_TUNABLES } from "../../../src/core/tunables.ts";
import { observationOf } from "../../support/observations.ts";

const MIB = 256;
const CURRENT_PAGES = 262_144;

/** What a guest may say, true or not; `balloonCurrentPages` is its host's word. */
const lies = fc.record({
  totalramPages: fc.nat(2 ** 21),
  committedPages: fc.nat(2 ** 30),
  totalreservePages: fc.nat(2 ** 21),
  maxPfn: fc.nat(2 ** 21),
  availablePages: fc.option(fc.nat(2 ** 21)),
  oomKills: fc.option(fc.nat(10)),
});

const limits = fc.tuple(fc.integer({ min: 1, max: 1024 }), fc.integer({ min: 0, max: 1024 })).map(
  ([minMb, more]): GuestLimits => ({
    minMb,
    maxMb: Math.min(1024, minMb + more),
    weight: 1,
    priority: "normal" as const,
    isQuiet: false,
  }),
);

describe("the operator's limits", () => {
  it("hold whatever a guest says, with the guard and without", () => {
    fc.assert(
      fc.property(lies, limits, fc.constantFrom(0, 1), (said, given, guard) => {
        const observation = observationOf({
          ...said,
          balloonCurrentPages: CURRENT_PAGES,
          balloonMaxPages: CURRENT_PAGES,
        });
        const bounded = boundObservation(observation, given);
        const bounds = { ...NO_BOUNDS, minPages: given.minMb * MIB, entitledPages: Number.POSITIVE_INFINITY };
        const tunables = { ...DEFAULT_TUNABLES, guard };
        const { decision } = step(INITIAL_GUEST_STATE, bounded, tunables, 0, new Set(), bounds);
        const held = holdLimits(decision, bounded, given);
        expect(held.balloonTargetPages).toBeGreaterThanOrEqual(given.minMb * MIB);
        expect(held.balloonTargetPages).toBeLessThanOrEqual(Math.max(CURRENT_PAGES, (given.maxMb ?? 0) * MIB));
        const isHeld = Object.hasOwn(SAFETIES, decision.reason);
        if (!isHeld) expect(held.balloonTargetPages).toBeLessThanOrEqual((given.maxMb ?? 0) * MIB);
      }),
    );
  });
});
