import { describe, expect, it } from "vitest";
import { type Bounds, boundLaw, isHostShort, NO_BOUNDS } from "../../../../src/core/guest/bounds.ts";
import { balloonStep } from "../../../../src/core/guest/law.ts";
import type { CompleteObservation } from "../../../../src/core/observation.ts";
import { DEFAULT_TUNABLES } from "../../../../src/core/tunables.ts";
import { observationOf } from "../../../support/observations.ts";

/** A guest that has 250,000 pages and should come down to 225,175; its balloon counts 12,144 more. Its floor is 34,100. */
function bound(change: Partial<Bounds>, readings: Partial<CompleteObservation> = {}) {
  const observation = observationOf(readings);
  return boundLaw(balloonStep(observation, DEFAULT_TUNABLES), observation, { ...NO_BOUNDS, ...change });
}

describe("the bounds of the law", () => {
  it("change nothing where there are none", () => {
    const observation = observationOf({});
    const lawful = balloonStep(observation, DEFAULT_TUNABLES);
    expect(boundLaw(lawful, observation, NO_BOUNDS)).toBe(lawful);
    expect(bound({ minPages: 1 })).toEqual(lawful);
  });

  it("cut a target at what the guest is entitled to, counted as its balloon does", () => {
    expect(bound({ entitledPages: 200_000 })).toMatchObject({
      ...{ targetPages: 187_856, balloonTargetPages: 200_000, reason: "lower", clamps: ["share"] },
    });
  });

  it("leave a guest its min_mb, though it is entitled to less, and say so only then", () => {
    expect(bound({ minPages: 230_000, entitledPages: 200_000 })).toMatchObject({
      ...{ targetPages: 217_856, floorPages: 217_856, clamps: ["share", "min_mb"] },
    });
    expect(bound({ minPages: 100_000, entitledPages: 200_000 }).clamps).toEqual(["share"]);
    expect(bound({ minPages: 200_000, entitledPages: 200_000 }).clamps).toEqual(["share"]);
  });

  it("believe a floor of the guest's own making up to a limit, where it is entitled to less", () => {
    const floor = { totalreservePages: 150_000, committedPages: 0 };
    expect(bound({ entitledPages: 50_000 }, floor).targetPages).toBe(bound({}, floor).floorPages);
    expect(bound({ entitledPages: 50_000, maxFloorPages: 90_000 }, floor)).toMatchObject({
      ...{ targetPages: 90_000 - 12_144, balloonTargetPages: 90_000 },
    });
  });

  it("keep what else cut the target", () => {
    expect(bound({ entitledPages: 200_000 }, { committedPages: 400_000 }).clamps).toEqual(["maximum", "share"]);
  });

  it("are those of a host that is short where the guest is entitled to something less than all", () => {
    expect([isHostShort({ ...NO_BOUNDS, entitledPages: 5 }), isHostShort(NO_BOUNDS)]).toEqual([true, false]);
  });
});

describe("a guest in its quiet hours", () => {
  const isQuiet = true;

  it("keeps what it has, and its claim to that", () => {
    expect(bound({ isQuiet })).toMatchObject({
      ...{ targetPages: 250_000, balloonTargetPages: 262_144, goalPages: 250_000, floorPages: 34_100 },
      ...{ reason: "quiet", clamps: ["quiet"] },
    });
  });

  it("keeps what it has though it is entitled to less, and names no floor that does not hold it", () => {
    expect(bound({ isQuiet, entitledPages: 200_000 })).toMatchObject({
      ...{ targetPages: 250_000, clamps: ["share", "quiet"] },
    });
    const small = { totalramPages: 34_200, committedPages: 0, balloonCurrentPages: 46_344 };
    const tunables = { ...DEFAULT_TUNABLES, selfballoon_downhysteresis: 1 };
    const observation = observationOf(small);
    const law = balloonStep(observation, tunables);
    expect(law.clamps).toEqual(["floor"]);
    expect(boundLaw(law, observation, { ...NO_BOUNDS, isQuiet })).toMatchObject({
      ...{ targetPages: 34_200, reason: "quiet", clamps: ["quiet"] },
    });
  });

  it("has more where it needs more", () => {
    const needs = { totalramPages: 100_000, committedPages: 150_000, balloonCurrentPages: 112_144 };
    expect(bound({ isQuiet }, needs)).toMatchObject({ targetPages: 151_400, reason: "raise", clamps: [] });
  });

  it("goes down to what it may have at the most all the same", () => {
    expect(bound({ isQuiet }, { balloonMaxPages: 240_000 })).toMatchObject({
      ...{ targetPages: 240_000 - 12_144, balloonTargetPages: 240_000, reason: "quiet" },
    });
  });
});
