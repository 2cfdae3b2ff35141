import { describe, expect, it } from "vitest";
import { INITIAL_GUEST_STATE, restartInertia, step } from "../../../../src/core/guest/step.ts";
import { NEEDED_READINGS } from "../../../../src/core/observation.ts";
import { CLAMPS, REASONS } from "../../../../src/core/reasons.ts";
import { DEFAULT_TUNABLES } from "../../../../src/core/tunables.ts";
import { observationOf } from "../../../support/observations.ts";

const decide = (readings: Parameters<typeof observationOf>[0], tunables = {}) =>
  step(INITIAL_GUEST_STATE, observationOf(readings), { ...DEFAULT_TUNABLES, ...tunables }, 0).decision;

describe("a step", () => {
  it("moves an eighth of the way down to the goal", () => {
    expect(decide({})).toEqual({
      t: 0,
      guest: "g",
      goalPages: 51_400,
      floorPages: 34_100,
      targetPages: 225_175,
      balloonTargetPages: 237_319,
      frontswapTargetPages: null,
      headroomPages: 16_384,
      reason: "lower",
      clamps: [],
    });
  });

  it("moves all the way up at once", () => {
    const decision = decide({ totalramPages: 100_000, committedPages: 150_000, balloonCurrentPages: 112_144 });
    expect(decision).toMatchObject({ targetPages: 151_400, balloonTargetPages: 163_544, reason: "raise", clamps: [] });
  });

  it("stops at the floor", () => {
    const decision = decide({ totalramPages: 34_100, committedPages: 0, balloonCurrentPages: 46_276 });
    expect(decision).toMatchObject({ targetPages: 34_100, reason: "at_floor", clamps: ["floor"] });
  });

  it("rises to the floor from below it", () => {
    const decision = decide({ totalramPages: 20_000, committedPages: 0, balloonCurrentPages: 32_144 });
    expect(decision).toMatchObject({ targetPages: 34_100, reason: "raise", clamps: ["floor"] });
  });

  it("is cut at what the balloon allows, counted in the guest's RAM", () => {
    const readings = { totalramPages: 100_000, balloonCurrentPages: 112_144, committedPages: 200_000 };
    const decision = decide({ ...readings, balloonMaxPages: 120_000 });
    expect(decision).toMatchObject({
      targetPages: 107_856,
      balloonTargetPages: 120_000,
      reason: "raise",
      clamps: ["maximum"],
    });
  });

  it("is cut at the highest page frame where no other maximum is known", () => {
    expect(decide({ committedPages: 400_000 })).toMatchObject({ targetPages: 262_144, clamps: ["maximum"] });
  });

  it("says that the guest has its goal when the rounding leaves nothing to move", () => {
    expect(decide({ totalramPages: 51_407 })).toMatchObject({ targetPages: 51_407, reason: "at_goal" });
  });

  it("lets the maximum win over a floor above it", () => {
    const decision = decide({ balloonMaxPages: 262_144 }, { selfballoon_min_usable_mb: 4096 });
    expect(decision).toMatchObject({ targetPages: 250_000, clamps: ["floor", "maximum"], reason: "at_maximum" });
  });

  it("adds compressed swap to the goal only while self-shrinking is on", () => {
    expect(decide({ frontswapPages: 1000 }).goalPages).toBe(52_400);
    expect(decide({ frontswapPages: 1000 }, { frontswap_selfshrinking: 0 }).goalPages).toBe(51_400);
  });

  it("adds the reserve to the goal", () => {
    expect(decide({}, { selfballoon_reserved_mb: 10 }).goalPages).toBe(51_400 + 2560);
  });

  it("counts a negative committed reading as 0", () => {
    expect(decide({ committedPages: -5 }).goalPages).toBe(1400);
  });

  it("leaves the balloon alone while selfballooning is 0", () => {
    expect(decide({}, { selfballooning: 0 })).toMatchObject({
      targetPages: null,
      balloonTargetPages: null,
      reason: "off",
    });
  });

  it.each(NEEDED_READINGS)("never moves when %s is missing, and still shrinks swap", (name) => {
    const state = { ...INITIAL_GUEST_STATE, shrink: { lastFrontswapPages: 500, inertiaSteps: 0 } };
    const observation = { ...observationOf({ frontswapPages: 500 }), [name]: null };
    const { decision } = step(state, observation, DEFAULT_TUNABLES, 0);
    expect(decision).toMatchObject({
      targetPages: null,
      balloonTargetPages: null,
      reason: "missing",
      frontswapTargetPages: 475,
    });
  });

  it("starts the wait of self-shrinking again when the inertia is written", () => {
    const waited = { ...INITIAL_GUEST_STATE, shrink: { lastFrontswapPages: 500, inertiaSteps: 0 } };
    const tunables = { ...DEFAULT_TUNABLES, frontswap_inertia: 9 };
    const { state, decision } = step(restartInertia(waited), observationOf({ frontswapPages: 500 }), tunables, 0);
    expect(decision.frontswapTargetPages).toBeNull();
    expect(state.shrink.inertiaSteps).toBe(8);
  });
});

describe("the tables of reasons and clamps", () => {
  it("explain each in a sentence", () => {
    for (const sentence of [...Object.values(REASONS), ...Object.values(CLAMPS)])
      expect(sentence).toMatch(/^[A-Za-z].*\.$/);
  });
});
