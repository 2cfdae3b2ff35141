import { describe, expect, it } from "vitest";
import { type AdaptiveState, adaptiveGoal, INITIAL_ADAPTIVE_STATE } from "../../../src/core/adaptive.ts";
import { DEFAULT_TUNABLES } from "../../../src/core/tunables.ts";
import { observationOf } from "../../support/observations.ts";

const MIB = 256;
const HEADROOM = 64 * MIB;

/** A guest of 1 GiB: 300 MiB in use, 100 MiB of cache, the rest free. */
const calm = {
  totalramPages: 1000 * MIB,
  totalreservePages: 10 * MIB,
  availablePages: 700 * MIB,
  freePages: 610 * MIB,
  refaultPages: 0,
};

type Readings = Partial<typeof calm>;

/** A step 5 s after the one before, of which `state` remembers the time. */
function goalAfter(state: AdaptiveState, readings: Readings, afterMs = 5000) {
  const nowMs = (state.seen?.atMs ?? 0) + afterMs;
  const answer = adaptiveGoal(state, observationOf({ ...calm, ...readings }), 0, DEFAULT_TUNABLES, nowMs);
  if (answer === null) throw new Error("no reading is missing");
  return answer;
}

const first = goalAfter(INITIAL_ADAPTIVE_STATE, {});

describe("the adaptive goal", () => {
  it("is what is in use, the cache that there is, and the headroom", () => {
    expect(first.goalPages).toBe(300 * MIB + 100 * MIB + HEADROOM);
  });

  it("stays where it is when only the balloon moves", () => {
    const taken = { totalramPages: 800 * MIB, availablePages: 500 * MIB, freePages: 410 * MIB };
    const { goalPages } = goalAfter({ ...first.state, restUntilMs: 1e9 }, taken);
    expect(goalPages).toBe(first.goalPages);
  });

  it("forgets cache that nobody misses", () => {
    const { goalPages } = goalAfter(first.state, {}, 600_000);
    expect(goalPages).toBeLessThan(300 * MIB + 3 * MIB + HEADROOM);
  });

  it("keeps the cache that came back, and asks for what was missing", () => {
    const { state, goalPages } = goalAfter(first.state, { refaultPages: 20 * MIB });
    expect(goalPages).toBe(300 * MIB + 120 * MIB + HEADROOM);
    const later = goalAfter(state, { refaultPages: 20 * MIB }, 600_000);
    expect(later.goalPages).toBeGreaterThan(300 * MIB + 90 * MIB + HEADROOM);
  });

  it("takes a few refaults for chance", () => {
    const { goalPages } = goalAfter(first.state, { refaultPages: 100 });
    expect(goalPages).toBeLessThanOrEqual(first.goalPages);
  });

  it("runs ahead of a rise", () => {
    const risen = { availablePages: 680 * MIB, freePages: 590 * MIB };
    const { goalPages } = goalAfter({ ...first.state, restUntilMs: 1e9 }, risen, 100);
    expect(goalPages).toBe(320 * MIB + 100 * MIB + HEADROOM + 50 * MIB);
  });

  it("asks for a step once a quarter of the headroom is gone", () => {
    expect(first.state.linePages).toBe(100 * MIB + 48 * MIB);
  });

  it.each(["availablePages", "freePages", "refaultPages"] as const)("is not known without %s", (name) => {
    const observation = observationOf({ ...calm, [name]: null });
    expect(adaptiveGoal(INITIAL_ADAPTIVE_STATE, observation, 0, DEFAULT_TUNABLES, 0)).toBeNull();
  });

  it.each([
    ["more available than there is RAM", { availablePages: 4e15, freePages: 2 ** 64 }],
    ["more free than available", { availablePages: 1, freePages: 4e15 }],
    ["a counter that goes backwards", { refaultPages: 0 }],
    ["a counter that leaps", { refaultPages: 2 ** 52 }],
  ])("stays within bounds when told %s", (_, readings) => {
    const before = goalAfter(first.state, { refaultPages: 50 * MIB }).state;
    const { state, goalPages } = goalAfter(before, readings);
    expect(state.provenPages + state.freshPages).toBeLessThanOrEqual(calm.totalramPages);
    expect(goalPages).toBeGreaterThanOrEqual(0);
    expect(goalPages).toBeLessThanOrEqual(5 * calm.totalramPages);
  });
});
