import { describe, expect, it } from "vitest";
import { heldIfContradictory } from "../../../../src/core/guest/agreement.ts";
import { INITIAL_GUEST_STATE, step } from "../../../../src/core/guest/step.ts";
import { DEFAULT_TUNABLES } from "../../../../src/core/tunables.ts";
import { observationOf } from "../../../support/observations.ts";

const observation = observationOf({ balloonCurrentPages: 200_000, balloonMaxPages: 262_144 });
const { decision } = step(INITIAL_GUEST_STATE, observation, DEFAULT_TUNABLES, 0);

describe("numbers of a guest", () => {
  it("that agree change nothing", () => {
    expect(heldIfContradictory(decision, observation)).toBe(decision);
  });

  it.each([0, -1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 262_145])("that ask for %s pages hold it", (pages) => {
    const held = heldIfContradictory({ ...decision, balloonTargetPages: pages }, observation);
    expect(held).toMatchObject({ balloonTargetPages: null, targetPages: null, reason: "contradictory" });
  });

  it.each([
    ["more than its balloon can leave it", 300_000],
    ["nothing at all", 0],
  ])("that give it %s hold it", (_, balloonCurrentPages) => {
    expect(heldIfContradictory(decision, { ...observation, balloonCurrentPages }).reason).toBe("contradictory");
  });
});
