import { describe, expect, it } from "vitest";
import { isInDeadBand } from "../../../../src/core/guest/dead-band.ts";
import { startState, step } from "../../../../src/core/guest/step.ts";
import { DEFAULT_TUNABLES } from "../../../../src/core/tunables.ts";
import { observationOf } from "../../../support/observations.ts";

const MIB = 256;

describe("the dead band", () => {
  it.each([
    [4 * MIB - 1, true],
    [4 * MIB, false],
    [0, true],
    [1 - MIB, true],
    [-MIB, false],
  ])("of a move of %i pages: %s", (movePages, isIn) => {
    expect(isInDeadBand(movePages, 4096)).toBe(isIn);
  });

  it("goes by the guest's page size", () => {
    expect(isInDeadBand(-16, 65_536)).toBe(false);
    expect(isInDeadBand(-15, 65_536)).toBe(true);
  });
});

describe("a guest that has a few pages more than its goal", () => {
  const headroomPages = DEFAULT_TUNABLES.guard_headroom_mb * MIB;
  /** Nothing is free beyond the headroom, and 4 MiB of cache could go: an eighth of it is less than the band. */
  const readings = { availablePages: headroomPages + 4 * MIB, freePages: headroomPages, refaultPages: 0 };
  const stepped = (policy: "adaptive" | "driver", more: object = {}) =>
    step(startState(policy), observationOf({ committedPages: 0, ...readings, ...more }), DEFAULT_TUNABLES, 0);

  it("is left alone under the adaptive policy, and nothing is asked of it that it could fail to do", () => {
    const { decision, state } = stepped("adaptive");
    const { totalramPages, balloonCurrentPages } = observationOf({});
    expect(decision).toMatchObject({ targetPages: totalramPages, balloonTargetPages: balloonCurrentPages });
    expect(decision.reason).toBe("at_goal");
    expect(state.guard.progress.askedPages).toBeNull();
  });

  it("is moved by the driver's law, whose every page is as it was", () => {
    const { decision } = stepped("driver");
    expect(decision.targetPages).not.toBe(observationOf({}).totalramPages);
  });

  it("is raised to its floor, however near that is", () => {
    const { floorPages } = stepped("adaptive").decision;
    const totalramPages = (floorPages ?? 0) - MIB;
    const { decision } = stepped("adaptive", { totalramPages, balloonCurrentPages: totalramPages });
    expect(decision.targetPages).toBeGreaterThanOrEqual(floorPages ?? 0);
  });
});
