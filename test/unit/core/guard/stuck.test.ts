import { describe, expect, it } from "vitest";
import { INITIAL_GUEST_STATE, step } from "../../../../src/core/guest/step.ts";
import { DEFAULT_TUNABLES } from "../../../../src/core/tunables.ts";
import { observationOf } from "../../../support/observations.ts";

const MIB = 256;
const INTERVAL_MS = 5000;

/** How many steps it takes until a guest that gives `fallMib(n)` at step n counts as stuck; null: not in `max` steps. */
function stepsUntilStuck(fallMib: (nth: number) => number, max: number): number | null {
  let state = INITIAL_GUEST_STATE;
  let totalramPages = 4096 * MIB;
  for (let nth = 1; nth <= max; nth += 1) {
    const observation = observationOf({
      totalramPages,
      availablePages: totalramPages - 100_000,
      maxPfn: 4200 * MIB,
      balloonCurrentPages: totalramPages,
    });
    const stepped = step(state, observation, DEFAULT_TUNABLES, nth * INTERVAL_MS);
    if (stepped.decision.reason === "stuck") return nth;
    state = stepped.state;
    totalramPages -= fallMib(nth) * MIB;
  }
  return null;
}

describe("a guest that is asked for memory", () => {
  it("counts as stuck after three steps without progress", () => {
    expect(stepsUntilStuck(() => 0, 10)).toBe(4);
  });

  it("is caught over a long time when it moves a little every now and then", () => {
    const nth = stepsUntilStuck((n) => (n % 3 === 0 ? 2 : 0), 200);
    expect(nth).toBeGreaterThan(20);
    expect(nth).toBeLessThanOrEqual(70);
  });

  it("is not taken for stuck while it moves at every step, or at every other", () => {
    expect(stepsUntilStuck(() => 2, 200)).toBeNull();
    expect(stepsUntilStuck((n) => (n % 2) * 4, 200)).toBeNull();
  });
});
