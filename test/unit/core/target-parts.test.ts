import { describe, expect, it } from "vitest";
import { INITIAL_GUEST_STATE, startState, step } from "../../../src/core/guest/step.ts";
import { goalParts, targetParts } from "../../../src/core/target-parts.ts";
import { DEFAULT_TUNABLES } from "../../../src/core/tunables.ts";
import { observationOf } from "../../support/observations.ts";

const READINGS = { totalramPages: 250_000, availablePages: 100_000, freePages: 50_000, refaultPages: 0 };

const decide = (
  readings: Parameters<typeof observationOf>[0],
  tunables = DEFAULT_TUNABLES,
  state = INITIAL_GUEST_STATE,
) => {
  const observation = observationOf({ ...READINGS, ...readings });
  return { observation, tunables, decision: step(state, observation, tunables, 0).decision };
};

const sumOf = (parts: readonly { readonly pages: number }[]): number =>
  parts.reduce((sum, { pages }) => sum + pages, 0);

describe("what a target is made of", () => {
  it.each([
    ["what is in use and all that is not taken yet", { committedPages: 50_000 }],
    ["more than it has", { committedPages: 240_000, availablePages: 2000 }],
    ["nothing but what is in use", { availablePages: 0 }],
  ])("adds up to it where it is %s", (_, readings) => {
    const { observation, decision } = decide(readings);
    expect(sumOf(targetParts(observation, decision))).toBe(decision.targetPages);
  });

  it("is what is in use, the headroom that the guard kept, and a rest by the reason of the step", () => {
    const { observation, decision } = decide({ committedPages: 50_000 });
    expect(targetParts(observation, decision)).toEqual([
      { name: "In use", pages: 150_000 },
      { name: "Headroom", pages: decision.headroomPages },
      { name: "Not taken yet", pages: (decision.targetPages ?? 0) - 150_000 - (decision.headroomPages ?? 0) },
    ]);
    expect(decision.headroomPages).toBe(64 * 256);
  });

  it("has no headroom without the guard, and says where less is left than what is in use", () => {
    const { observation, decision } = decide(
      { availablePages: 1000, committedPages: 0 },
      { ...DEFAULT_TUNABLES, guard: 0 },
    );
    expect(decision.headroomPages).toBeNull();
    expect(targetParts(observation, decision).map(({ name }) => name)).toEqual(["In use", "Less than that"]);
  });

  it("is not told where nothing was set, or the guest does not say what is available", () => {
    const off = decide({}, { ...DEFAULT_TUNABLES, selfballooning: 0 });
    expect(targetParts(off.observation, off.decision)).toEqual([]);
    const silent = decide({ availablePages: null });
    expect(targetParts(silent.observation, silent.decision)).toEqual([]);
  });
});

describe("what a goal is made of", () => {
  it("adds up to it by the driver's law, with the swap that is to come back", () => {
    const tunables = { ...DEFAULT_TUNABLES, selfballoon_reserved_mb: 7 };
    const { observation, decision } = decide({ frontswapPages: 300 }, tunables);
    const parts = goalParts(observation, decision, tunables);
    expect(parts).toHaveLength(4);
    expect(sumOf(parts)).toBe(decision.goalPages);
  });

  it("is not told of one that the adaptive policy made", () => {
    const { observation, decision, tunables } = decide({}, DEFAULT_TUNABLES, startState("adaptive"));
    expect(goalParts(observation, decision, tunables)).toEqual([]);
  });
});
