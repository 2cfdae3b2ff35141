import { describe, expect, it } from "vitest";
import { followOverclaim, NO_OVERCLAIM, type Overclaim, unbelievedClaim } from "../../../../src/core/host/overclaim.ts";
import { NO_LIMITS } from "../../../../src/core/limits.ts";
import type { Observation } from "../../../../src/core/observation.ts";
import { DEFAULT_TUNABLES } from "../../../../src/core/tunables.ts";
import { BYTES_PER_MIB } from "../../../../src/core/units.ts";
import { observationOf } from "../../../support/observations.ts";

const MIB = 256;
const mib = (count: number): number => count * BYTES_PER_MIB;

/** A guest of 2048 MiB that has 1000 and says that 900 are available. */
const claimOf = (
  heldMib: number | null,
  floorMib: number,
  change: Partial<Observation> = {},
  { minMb = 0, usableMb = 0 } = {},
) => {
  const size = { totalramPages: 1000 * MIB, balloonCurrentPages: 1000 * MIB, balloonMaxPages: 2048 * MIB };
  // No page frame above the reserve: the law's floor is the reserve, or the reserve and what the operator wants usable.
  const reserve = { totalreservePages: (floorMib - usableMb) * MIB, maxPfn: (floorMib - usableMb) * MIB };
  const observation: Observation = { ...observationOf({ ...size, ...reserve, availablePages: 900 * MIB }), ...change };
  return unbelievedClaim(mib(2048), {
    reading: { observation, notices: [] },
    heldBytes: heldMib === null ? null : mib(heldMib),
    tunables: { ...DEFAULT_TUNABLES, selfballoon_min_usable_mb: usableMb },
    terms: { ...NO_LIMITS, isManaged: true, minMb },
  });
};

describe("a claim that can't be true", () => {
  it("is a floor that is a large part of the machine, and that the operator did not give", () => {
    expect(claimOf(null, 640)).toBeNull();
    expect(claimOf(null, 641)).toEqual({ claimedBytes: mib(641), believedBytes: mib(640) });
    expect(claimOf(null, 800, {}, { minMb: 800 })).toBeNull();
    expect(claimOf(null, 800, {}, { usableMb: 700 })).toBeNull();
  });

  it("is use of more than the guest's process holds, and a little more", () => {
    expect(claimOf(300, 100, { availablePages: 300 * MIB })).toEqual({
      claimedBytes: mib(700),
      believedBytes: mib(556),
    });
    expect(claimOf(300, 100, { availablePages: 444 * MIB })).toBeNull();
    expect(claimOf(300, 100, { availablePages: null })).toBeNull();
    expect(claimOf(null, 100, { availablePages: 0 })).toBeNull();
  });

  it("is not made where nobody knows the guest's size", () => {
    expect(claimOf(300, 2000, { balloonCurrentPages: null })).toBeNull();
    expect(claimOf(300, 2000, { totalramPages: null })).toBeNull();
    expect(claimOf(300, 2000, { totalreservePages: null })).toBeNull();
    expect(claimOf(300, 2000, { maxPfn: null })).toBeNull();
  });
});

describe("a guest that claims too much", () => {
  const claim = { claimedBytes: 2, believedBytes: 1 };
  const looks = (count: number, claims: boolean, from: Overclaim): Overclaim => {
    let after = from;
    for (let look = 0; look < count; look += 1) after = followOverclaim(after, claims ? claim : null);
    return after;
  };

  it("is doubted after ten looks in a row, and not before", () => {
    expect(looks(9, true, NO_OVERCLAIM).isCertain).toBe(false);
    expect(looks(9, true, looks(1, false, looks(9, true, NO_OVERCLAIM))).isCertain).toBe(false);
    expect(looks(10, true, NO_OVERCLAIM).isCertain).toBe(true);
  });

  it("stays doubted for a while once it was brought down to what is believed", () => {
    const doubted = looks(10, true, NO_OVERCLAIM);
    expect(looks(599, false, doubted).isCertain).toBe(true);
    expect(looks(599, false, looks(1, true, looks(599, false, doubted))).isCertain).toBe(true);
    expect(looks(600, false, doubted)).toEqual(NO_OVERCLAIM);
  });
});
