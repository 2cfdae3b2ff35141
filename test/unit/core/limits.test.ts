import { describe, expect, it } from "vitest";
import { boundLaw, NO_BOUNDS } from "../../../src/core/guest/bounds.ts";
import { balloonStep } from "../../../src/core/guest/law.ts";
import { INITIAL_GUEST_STATE, step } from "../../../src/core/guest/step.ts";
import { atMost, boundObservation, holdLimits, NO_LIMITS } from "../../../src/core/limits.ts";
import { DEFAULT_TUNABLES } from "../../../src/core/tunables.ts";
import { observationOf } from "../../support/observations.ts";

const MIB = 256;
const idle = observationOf({ availablePages: 200_000 });
const law = balloonStep(idle, DEFAULT_TUNABLES);
const offsetPages = idle.balloonCurrentPages - idle.totalramPages;

describe("limits", () => {
  it("change nothing where the operator said nothing", () => {
    const { decision } = step(INITIAL_GUEST_STATE, idle, DEFAULT_TUNABLES, 0);
    expect(boundObservation(idle, NO_LIMITS)).toBe(idle);
    expect(boundLaw(law, idle, NO_BOUNDS)).toBe(law);
    expect(holdLimits(decision, idle, NO_LIMITS)).toBe(decision);
  });

  it("lower the most that the balloon may be asked for, and never raise it", () => {
    expect(boundObservation(idle, { ...NO_LIMITS, maxMb: 512 }).balloonMaxPages).toBe(512 * MIB);
    const small = observationOf({ balloonMaxPages: 100 * MIB });
    expect(boundObservation(small, { ...NO_LIMITS, maxMb: 512 }).balloonMaxPages).toBe(100 * MIB);
  });

  it("below what a guest uses are gone down to as its memory comes free, and never through what is in use", () => {
    const limits = { ...NO_LIMITS, maxMb: 512 };
    const decide = (availablePages: number) => {
      const bounded = boundObservation(observationOf({ availablePages }), limits);
      const { decision } = step(INITIAL_GUEST_STATE, bounded, DEFAULT_TUNABLES, 0);
      return holdLimits(decision, bounded, limits);
    };
    const headroomPages = 32 * MIB;
    const takenFrom = (availablePages: number) =>
      idle.balloonCurrentPages - (decide(availablePages).balloonTargetPages ?? 0);
    expect(decide(100_000)).toMatchObject({ reason: "in_use" });
    expect(takenFrom(100_000)).toBeLessThanOrEqual(100_000 - headroomPages);
    expect(takenFrom(100_000)).toBeGreaterThan(0);
    expect(takenFrom(headroomPages)).toBe(0);
    expect(takenFrom(240_000)).toBe(idle.balloonCurrentPages - 512 * MIB);
  });

  it("make min_mb the floor", () => {
    const minPages = 1000 * MIB;
    const bounded = boundLaw(law, idle, { ...NO_BOUNDS, minPages });
    expect(bounded).toMatchObject({ balloonTargetPages: minPages, floorPages: minPages - offsetPages });
    expect(bounded.clamps).toContain("min_mb");
  });

  it("say that a guest at its min_mb is at its floor", () => {
    const bounded = boundLaw(law, idle, { ...NO_BOUNDS, minPages: idle.balloonCurrentPages });
    expect(bounded).toMatchObject({ reason: "at_floor", targetPages: idle.totalramPages });
  });

  it("let the guard go above a share, because memory in use stays", () => {
    const used = observationOf({ availablePages: 20_000 });
    const bounds = { ...NO_BOUNDS, minPages: 0, entitledPages: 100_000 };
    const { decision } = step(INITIAL_GUEST_STATE, used, DEFAULT_TUNABLES, 0, new Set(), bounds);
    expect(decision).toMatchObject({ reason: "in_use", clamps: ["share"] });
    expect(decision.balloonTargetPages).toBeGreaterThan(used.balloonCurrentPages - 20_000);
  });

  it("bring a guest straight to its share when nothing is in the way", () => {
    const bounds = { ...NO_BOUNDS, minPages: 0, entitledPages: 150_000 };
    const { decision } = step(INITIAL_GUEST_STATE, idle, DEFAULT_TUNABLES, 0, new Set(), bounds);
    expect(decision).toMatchObject({ balloonTargetPages: 150_000, reason: "lower" });
  });

  it("move the target as far as the balloon's, and name the clamp once", () => {
    const { decision } = step(INITIAL_GUEST_STATE, idle, DEFAULT_TUNABLES, 0);
    const cut = atMost(atMost(decision, 200_000, "host"), 150_000, "host");
    expect(cut).toMatchObject({ balloonTargetPages: 150_000, targetPages: 150_000 - offsetPages, clamps: ["host"] });
  });

  it("leave a decision that sets nothing alone", () => {
    const off = step(INITIAL_GUEST_STATE, idle, { ...DEFAULT_TUNABLES, selfballooning: 0 }, 0).decision;
    expect(holdLimits(off, idle, { ...NO_LIMITS, minMb: 900, maxMb: 900 })).toBe(off);
  });
});
