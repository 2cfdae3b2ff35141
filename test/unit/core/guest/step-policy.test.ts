import { describe, expect, it } from "vitest";
import { startState, step } from "../../../../src/core/guest/step.ts";
import { DEFAULT_TUNABLES } from "../../../../src/core/tunables.ts";
import { observationOf } from "../../../support/observations.ts";

const readings = { availablePages: 200_000, freePages: 150_000, refaultPages: 0, committedPages: 400_000 };

describe("the policy that a guest starts with", () => {
  it("holds from step to step", () => {
    const first = step(startState("adaptive"), observationOf(readings), DEFAULT_TUNABLES, 0);
    const second = step(first.state, observationOf(readings), DEFAULT_TUNABLES, 5000);
    for (const { decision } of [first, second]) expect(decision.reason).toBe("lower");
    const driver = step(startState("driver"), observationOf(readings), DEFAULT_TUNABLES, 0);
    expect(driver.decision.reason).not.toBe("lower");
  });

  it("gives way to the driver's goal where a reading is missing that it needs", () => {
    const observation = observationOf({ ...readings, freePages: null });
    const { decision } = step(startState("adaptive"), observation, DEFAULT_TUNABLES, 0);
    expect(decision).toEqual(step(startState("driver"), observation, DEFAULT_TUNABLES, 0).decision);
  });

  it("is the driver's where the guard is off", () => {
    const unguarded = { ...DEFAULT_TUNABLES, guard: 0 };
    const { decision } = step(startState("adaptive"), observationOf(readings), unguarded, 0);
    expect(decision).toEqual(step(startState("driver"), observationOf(readings), unguarded, 0).decision);
  });

  it("leaves the guard on", () => {
    const short = { ...readings, totalramPages: 100_000, balloonCurrentPages: 112_144, availablePages: 100 };
    const { decision } = step(startState("adaptive"), observationOf(short), DEFAULT_TUNABLES, 0);
    expect(decision.reason).toBe("emergency");
  });
});
