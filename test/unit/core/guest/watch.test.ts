import { describe, expect, it } from "vitest";
import type { WatchSample } from "../../../../src/core/backend.ts";
import { NO_ANSWER } from "../../../../src/core/guard/answer.ts";
import { type ControllerState, foundState } from "../../../../src/core/guest/state.ts";
import { look } from "../../../../src/core/guest/watch.ts";
import { DEFAULT_TUNABLES } from "../../../../src/core/tunables.ts";
import { observationOf } from "../../../support/observations.ts";

/** A guest that was stepped, with less than it may have. */
const stepped: ControllerState = {
  ...foundState("driver", 0),
  last: { observation: observationOf({ balloonMaxPages: 262_144, swapTotalPages: 1000 }), targetPages: 200_000 },
};

const sample = (availablePages: number | null, totalramPages: number | null = 250_000): WatchSample => ({
  availablePages,
  totalramPages,
});

describe("a look of the watch", () => {
  it("finds memory short once, and again only when it gets worse", () => {
    let state = stepped;
    const short = [100_000, 1000, 1000, 900].map((availablePages) => {
      const looked = look(state, sample(availablePages), DEFAULT_TUNABLES, true, 0);
      state = looked.state;
      return looked.isShort;
    });
    expect(short).toEqual([false, true, false, true]);
  });

  it("takes a rise in, and what is remembered changes only if it is the fastest so far", () => {
    let state = stepped;
    const steps = [200_000, 190_000, 195_000, 180_000].map((availablePages) => {
      state = look(state, sample(availablePages), DEFAULT_TUNABLES, true, 0).state;
      return state.step;
    });
    expect(steps.map(({ guard }) => guard.risePages)).toEqual([0, 10_000, 10_000, 20_000]);
    expect(steps[2]).toBe(steps[1]);
  });

  it("learns how long the balloon takes from short memory to more of it", () => {
    const sizes = [
      [20_000, 1000, 190_000],
      [20_100, 100_000, 200_000],
      [20_200, 1000, 190_000],
      [20_300, 100_000, 200_000],
    ] as const;
    let state = stepped;
    const answers = sizes.map(([nowMs, availablePages, totalramPages]) => {
      state = look(state, sample(availablePages, totalramPages), DEFAULT_TUNABLES, true, nowMs).state;
      return state.step.guard.answer;
    });
    const learned = { ms: 250, sinceMs: 20_100 };
    expect(answers).toEqual([NO_ANSWER, learned, learned, learned]);
  });

  it("relies on no quick balloon in a guest without swap, nor in one whose swap was turned off", () => {
    const observation = observationOf({ balloonMaxPages: 262_144, swapTotalPages: 0 });
    const guard = { ...stepped.step.guard, answer: { ms: 100, sinceMs: 0 } };
    const state = { ...stepped, step: { ...stepped.step, guard }, last: { observation, targetPages: 200_000 } };
    const unanswered = { sinceMs: 20_000, totalramPages: 190_000 };
    const looked = look({ ...state, unanswered }, sample(100_000, 200_000), DEFAULT_TUNABLES, true, 20_100);
    expect(looked.state.step.guard.answer).toEqual({ ms: 300, sinceMs: 20_100 });
  });

  it("forgets a rise of longer ago than one reaction time, which is shorter where the balloon answers quicker", () => {
    const answering = (ms: number): ControllerState => {
      const guard = { ...stepped.step.guard, answer: { ms, sinceMs: 0 } };
      return { ...stepped, step: { ...stepped.step, guard } };
    };
    const riseOf = (state: ControllerState): number =>
      [240_000, 230_000, 220_000, 210_000, 200_000].reduce(
        (before, availablePages) => look(before, sample(availablePages), DEFAULT_TUNABLES, true, 0).state,
        state,
      ).step.guard.risePages;
    expect([riseOf(answering(300)), riseOf(answering(100))]).toEqual([40_000, 20_000]);
  });

  it.each([
    ["it was not stepped yet", foundState("driver", 0)],
    ["it was given everything", { ...stepped, freshness: { ...stepped.freshness, isOpen: true } }],
    ["it has all that it may have", { ...stepped, last: stepped.last && { ...stepped.last, targetPages: 262_144 } }],
  ])("is never short when %s", (_, state) => {
    expect(look(state, sample(0), DEFAULT_TUNABLES, true, 0).isShort).toBe(false);
  });

  it("is never short where the emergency is left out, or what is available is not known", () => {
    expect(look(stepped, sample(0), DEFAULT_TUNABLES, false, 0).isShort).toBe(false);
    expect(look(stepped, sample(null), DEFAULT_TUNABLES, true, 0)).toEqual({ state: stepped, isShort: false });
  });
});
