import { describe, expect, it } from "vitest";
import { NO_SAFETY } from "../../../../src/core/guard/guard.ts";
import { guardInput } from "../../../../src/core/guard/input.ts";
import type { Safety } from "../../../../src/core/guard/names.ts";
import { INITIAL_GUARD_STATE } from "../../../../src/core/guard/state.ts";
import { followProgress, INITIAL_PROGRESS, type Progress, stuck } from "../../../../src/core/guard/stuck.ts";
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

describe("what a guest gave since it was asked", () => {
  const NOW_MS = 5000;
  /** It was asked to come down to 400 MiB, and did not move twice. */
  const asked: Progress = { ...INITIAL_PROGRESS, askedPages: 400 * MIB, stalledSteps: 2, stallScore: 7 };

  function inputOf(lastPages: number | null, nowPages: number, without: ReadonlySet<Safety> = NO_SAFETY) {
    const last = lastPages === null ? null : observationOf({ totalramPages: lastPages });
    const wanted = { targetPages: 0, maximumPages: 1024 * MIB };
    const now = observationOf({ totalramPages: nowPages });
    return guardInput({ ...INITIAL_GUARD_STATE, last }, now, wanted, DEFAULT_TUNABLES, NOW_MS, without);
  }

  const followed = (lastPages: number | null, nowPages: number, before = asked) =>
    followProgress(before, inputOf(lastPages, nowPages));

  it("is all that it was asked for, within one MiB: it is where it should be", () => {
    expect(followed(402 * MIB, 401 * MIB)).toEqual({ ...asked, stalledSteps: 0, stallScore: 0 });
    expect(followed(401 * MIB, 401 * MIB)).toMatchObject({ stallScore: 0 });
    expect(followed(402 * MIB, 401 * MIB + 1)).toMatchObject({ askedPages: null });
  });

  it("is progress from one MiB on, which makes up for one step without", () => {
    expect(followed(501 * MIB, 500 * MIB)).toEqual({ ...asked, stalledSteps: 0, stallScore: 6 });
    const moving = { ...asked, stalledSteps: 0, stallScore: 0 };
    expect(followed(501 * MIB, 500 * MIB, moving)).toBe(moving);
  });

  it("is none for the third time: it is parked for ten minutes, and nothing is asked of it", () => {
    const parked = { askedPages: null, stalledSteps: 0, stallScore: 0, parked: { untilMs: 605_000, count: 1 } };
    expect(followed(501 * MIB - 1, 500 * MIB)).toEqual(parked);
    const often = { ...asked, stalledSteps: 0 };
    expect(followed(500 * MIB, 500 * MIB, { ...often, stallScore: 18 })).toMatchObject({
      stalledSteps: 1,
      stallScore: 19,
    });
    expect(followed(500 * MIB, 500 * MIB, { ...often, stallScore: 19 })).toEqual(parked);
  });

  it("is not judged where nothing was asked, nothing was read before, or a scenario leaves it out", () => {
    const idle = { ...asked, askedPages: null };
    expect(followed(500 * MIB, 500 * MIB, idle)).toBe(idle);
    expect(followed(null, 500 * MIB)).toBe(asked);
    expect(followProgress(asked, inputOf(500 * MIB, 500 * MIB, new Set(["stuck"] as const)))).toBe(asked);
  });

  it("holds a guest that is parked at what it has, until that is over", () => {
    const least = (untilMs: number) =>
      stuck.minTargetPages({ progress: { ...asked, parked: { untilMs, count: 1 } } }, inputOf(null, 500 * MIB));
    expect(least(NOW_MS + 1)).toBe(500 * MIB);
    expect(least(NOW_MS)).toBe(0);
  });
});
