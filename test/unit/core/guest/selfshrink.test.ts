import { describe, expect, it } from "vitest";
import { INITIAL_SHRINK_STATE, type ShrinkState, shrinkStep } from "../../../../src/core/guest/selfshrink.ts";

const tunables = { frontswap_hysteresis: 20, frontswap_inertia: 3 };

/** Step through `readings`; what each step wants to keep in compressed swap. */
function targets(readings: readonly number[], state: ShrinkState = INITIAL_SHRINK_STATE): readonly (number | null)[] {
  let current = state;
  return readings.map((reading) => {
    const stepped = shrinkStep(current, reading, tunables);
    current = stepped.state;
    return stepped.targetPages;
  });
}

describe("self-shrinking", () => {
  it("waits for the inertia after growth, then brings 1/20 back at every step", () => {
    expect(targets([1000, 1000, 1000, 1000, 950, 903])).toEqual([null, null, null, 950, 903, 858]);
  });

  it("starts the wait again when swap grows", () => {
    expect(targets([1000, 1000, 1000, 1001, 1001, 1001, 1001])).toEqual([null, null, null, null, null, null, 951]);
  });

  it("brings everything back at or below the hysteresis", () => {
    expect(targets([20, 20, 20, 20])).toEqual([null, null, null, 0]);
    expect(targets([21, 21, 21, 21])).toEqual([null, null, null, 20]);
  });

  it("has nothing to do while swap is empty", () => {
    expect(targets([0, 0, 0, 0, 0])).toEqual([null, null, null, null, null]);
  });
});
