import { describe, expect, it } from "vitest";
import { asNeeded } from "../../../../src/core/guest/as-needed.ts";
import { balloonStep } from "../../../../src/core/guest/law.ts";
import { type CompleteObservation, isComplete } from "../../../../src/core/observation.ts";
import { DEFAULT_TUNABLES } from "../../../../src/core/tunables.ts";
import { observationOf } from "../../../support/observations.ts";

const MIB = 256;

/** It has 1000 MiB of 2000, seen from inside as 960. */
function guest(committedMib: number): CompleteObservation {
  const observation = observationOf({
    ...{ guest: "a", totalramPages: 960 * MIB, balloonCurrentPages: 1000 * MIB, balloonMaxPages: 2000 * MIB },
    ...{ committedPages: committedMib * MIB, totalreservePages: 0, maxPfn: 2000 * MIB, frontswapPages: 0 },
  });
  if (!isComplete(observation)) throw new Error("a reading is missing");
  return observation;
}

const give = (mib: number) => ({ givePages: mib * MIB, backPages: 0, isEmergency: false });

function decide(committedMib: number, asked: Parameters<typeof asNeeded>[2]) {
  const observation = guest(committedMib);
  const law = balloonStep(observation, DEFAULT_TUNABLES);
  const { targetPages, goalPages, balloonTargetPages, reason, clamps } = asNeeded(law, observation, asked);
  const inMib = (pages: number): number => pages / MIB;
  return { target: inMib(targetPages), goal: inMib(goalPages), balloon: inMib(balloonTargetPages), reason, clamps };
}

describe("the law on a host that takes no more than it needs", () => {
  it("is the law where nothing is asked otherwise", () => {
    expect(decide(400, null)).toEqual({ target: 890, goal: 400, balloon: 930, reason: "lower", clamps: [] });
  });

  it("leaves a guest what it has, and its claim to it", () => {
    expect(decide(400, give(0))).toEqual({ target: 960, goal: 960, balloon: 1000, reason: "kept", clamps: ["need"] });
  });

  it("takes what is asked for at once", () => {
    expect(decide(400, give(300))).toEqual({ target: 660, goal: 660, balloon: 700, reason: "lower", clamps: ["need"] });
  });

  it("takes nothing beyond the law's goal", () => {
    expect(decide(400, give(9000))).toEqual({ target: 400, goal: 400, balloon: 440, reason: "lower", clamps: [] });
  });

  it("raises a guest as the law does, but in an emergency of its host", () => {
    expect(decide(1200, give(300))).toMatchObject({ target: 1200, reason: "raise" });
    const emergency = { ...give(9000), isEmergency: true };
    expect(decide(1200, emergency)).toMatchObject({ target: 960, goal: 1200, reason: "host_full" });
  });

  it("gives back what it is told, up to what the guest may have", () => {
    const back = (mib: number) => ({ ...give(0), backPages: mib * MIB });
    expect(decide(400, back(50))).toMatchObject({ target: 1010, balloon: 1050, reason: "given_back" });
    expect(decide(400, back(5000))).toMatchObject({ target: 1960, balloon: 2000, reason: "given_back" });
  });
});
