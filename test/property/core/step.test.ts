import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { INITIAL_GUEST_STATE, step } from "../../../src/core/guest/step.ts";
import { NEEDED_READINGS, type Observation } from "../../../src/core/observation.ts";
import { DEFAULT_TUNABLES, type Tunables } from "../../../src/core/tunables.ts";
import { observationOf } from "../../support/observations.ts";

/** A guest of 1 MiB to 1 TiB with readings that can be true of it together. */
const guests = fc
  .record({
    maxPfn: fc.integer({ min: 256, max: 2 ** 28 }),
    had: fc.double({ min: 0.01, max: 1, noNaN: true }),
    committed: fc.double({ min: 0, max: 4, noNaN: true }),
    offset: fc.integer({ min: 0, max: 20_000 }),
    reserve: fc.integer({ min: 0, max: 50_000 }),
    frontswapPages: fc.option(fc.nat(2 ** 24)),
  })
  .map(({ maxPfn, had, committed, offset, reserve, frontswapPages }) => {
    const totalramPages = Math.max(1, Math.floor(maxPfn * had));
    return observationOf({
      maxPfn,
      totalramPages,
      committedPages: Math.floor(maxPfn * committed),
      totalreservePages: reserve,
      balloonCurrentPages: totalramPages + offset,
      frontswapPages,
    });
  });

const tunables: fc.Arbitrary<Tunables> = fc
  .record({
    selfballooning: fc.constant(1),
    selfballoon_interval: fc.constant(5),
    selfballoon_downhysteresis: fc.integer({ min: 1, max: 1000 }),
    selfballoon_uphysteresis: fc.integer({ min: 1, max: 1000 }),
    selfballoon_min_usable_mb: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 2 ** 32 - 1 })),
    selfballoon_reserved_mb: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 2 ** 32 - 1 })),
    frontswap_selfshrinking: fc.integer({ min: 0, max: 1 }),
    frontswap_hysteresis: fc.integer({ min: 1, max: 1000 }),
    frontswap_inertia: fc.integer({ min: 1, max: 100 }),
  })
  .map((values) => ({ ...DEFAULT_TUNABLES, ...values, guard: 0 }));

const decide = (observation: Observation, values: Tunables) =>
  step(INITIAL_GUEST_STATE, observation, values, 0).decision;

describe("a step of any guest under any tunables", () => {
  it("has its target between the floor and the maximum, in whole pages", () => {
    fc.assert(
      fc.property(guests, tunables, (observation, values) => {
        const { targetPages, floorPages } = decide(observation, values);
        expect(Number.isSafeInteger(targetPages)).toBe(true);
        expect(targetPages).toBeLessThanOrEqual(observation.maxPfn);
        expect(targetPages).toBeGreaterThanOrEqual(Math.min(floorPages ?? Number.NaN, observation.maxPfn));
      }),
    );
  });

  it("never gives less for more committed memory", () => {
    fc.assert(
      fc.property(guests, tunables, fc.nat(2 ** 28), (observation, values, morePages) => {
        const more = { ...observation, committedPages: observation.committedPages + morePages };
        expect(decide(more, values).targetPages).toBeGreaterThanOrEqual(
          decide(observation, values).targetPages ?? Number.NaN,
        );
      }),
    );
  });

  it("gives the same answer to the same question", () => {
    fc.assert(
      fc.property(guests, tunables, (observation, values) => {
        expect(decide(structuredClone(observation), { ...values })).toEqual(decide(observation, values));
      }),
    );
  });

  it("never moves when a needed reading is missing", () => {
    fc.assert(
      fc.property(
        guests,
        tunables,
        fc.subarray([...NEEDED_READINGS], { minLength: 1 }),
        (observation, values, missing) => {
          const holes = Object.fromEntries(missing.map((name) => [name, null]));
          expect(decide({ ...observation, ...holes }, values).balloonTargetPages).toBeNull();
        },
      ),
    );
  });

  it("settles under a constant load, within one division of the goal or at a bound", () => {
    const gentle = tunables.map((values) => ({
      ...values,
      selfballoon_downhysteresis: 8,
      selfballoon_uphysteresis: 1,
    }));
    fc.assert(
      fc.property(guests, gentle, (start, values) => {
        const offset = start.balloonCurrentPages - start.totalramPages;
        let observation = start;
        for (let count = 0; count < 400; count += 1) {
          const { targetPages } = decide(observation, values);
          if (targetPages === null || targetPages === observation.totalramPages) break;
          observation = { ...observation, totalramPages: targetPages, balloonCurrentPages: targetPages + offset };
        }
        const { reason, goalPages } = decide(observation, values);
        expect(["at_goal", "at_floor", "at_maximum"]).toContain(reason);
        if (reason === "at_goal")
          expect(Math.abs(observation.totalramPages - (goalPages ?? Number.NaN))).toBeLessThan(8);
      }),
    );
  });
});

describe("the default tunables", () => {
  it("bring an idle guest within 5 % of its goal in 23 steps, as 112 s of the driver did", () => {
    let observation = observationOf({ totalramPages: 1_250_000, balloonCurrentPages: 1_262_144, maxPfn: 1_310_720 });
    const goalPages = decide(observation, DEFAULT_TUNABLES).goalPages ?? Number.NaN;
    for (let count = 0; count < 23; count += 1) {
      observation = { ...observation, totalramPages: decide(observation, DEFAULT_TUNABLES).targetPages ?? Number.NaN };
    }
    expect((observation.totalramPages - goalPages) / (1_250_000 - goalPages)).toBeLessThan(0.05);
  });
});
