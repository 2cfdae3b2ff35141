import { describe, expect, it } from "vitest";
import { INITIAL_GUEST_STATE, step } from "../../../../src/core/guest/step.ts";
import { asksMore, changesTarget } from "../../../../src/core/guest/targets.ts";
import { DEFAULT_TUNABLES } from "../../../../src/core/tunables.ts";
import { observationOf } from "../../../support/observations.ts";

const observation = observationOf({ balloonCurrentPages: 1000 });
const { decision } = step(INITIAL_GUEST_STATE, observation, DEFAULT_TUNABLES, 0);
const wanting = (balloonTargetPages: number | null) => ({ ...decision, balloonTargetPages });

describe("a balloon's target", () => {
  it.each([
    ["nothing is set", null, null, false],
    ["the guest has what it should have", 1000, null, false],
    ["it should have less", 900, null, true],
    ["the balloon is already on its way there", 900, 900, true],
    ["the balloon must stop on its way down", 1000, 800, true],
  ])("is changed or not when %s", (_, target, asked, isChanged) => {
    expect(changesTarget(wanting(target), observation, asked)).toBe(isChanged);
  });

  it.each([
    ["nothing is set", null, null, false],
    ["it has more than it should", 900, null, false],
    ["it has less than it should", 1100, null, true],
    ["it would have less at the end of its way down", 900, 800, true],
    ["it goes down no further than it should", 900, 900, false],
  ])("asks for more or not when %s", (_, target, asked, isMore) => {
    expect(asksMore(wanting(target), observation, asked)).toBe(isMore);
  });
});
