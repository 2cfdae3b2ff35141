import { describe, expect, it } from "vitest";
import type { Decision } from "../../../src/core/decision.ts";
import { figuresOf } from "../../../src/core/figures.ts";
import { observationOf } from "../../support/observations.ts";

const decision: Decision = {
  ...{ t: 0, guest: "g", goalPages: 3, floorPages: 2, targetPages: 4, balloonTargetPages: 5 },
  ...{ frontswapTargetPages: null, headroomPages: null, reason: "lower", clamps: [] },
};

/** With pages of 16 KiB. */
const observation = observationOf({
  ...{ pageBytes: 16_384, totalramPages: 10, maxPfn: 12, committedPages: 6, availablePages: 0, frontswapPages: 1 },
});

describe("the figures of a step", () => {
  it("are in bytes of the guest's own pages", () => {
    expect(figuresOf(observation, decision)).toEqual({
      currentBytes: 163_840,
      targetBytes: 65_536,
      goalBytes: 49_152,
      floorBytes: 32_768,
      maximumBytes: 196_608,
      committedBytes: 98_304,
      availableBytes: 0,
      compressedSwapBytes: 16_384,
    });
  });

  it("are null, and not 0, where nothing was read or decided", () => {
    const nothing = { goalPages: null, floorPages: null, targetPages: null, balloonTargetPages: null };
    const unread = { ...observation, totalramPages: null, committedPages: null, frontswapPages: null };
    const figures = figuresOf({ ...unread, availablePages: null }, { ...decision, ...nothing });
    expect(new Set(Object.values(figures))).toEqual(new Set([null]));
  });
});
