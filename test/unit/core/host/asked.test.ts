import { describe, expect, it } from "vitest";
import { askedOf } from "../../../../src/core/host/asked.ts";
import { NO_PRESSURE, type Pressure } from "../../../../src/core/host/pressure.ts";
import { DEFAULT_TUNABLES } from "../../../../src/core/tunables.ts";
import { observationOf } from "../../../support/observations.ts";

const MIB = 256;

/** It has 1000 MiB of 2000: 300 are free, and 500 can be had with the cache. */
const observation = observationOf({
  ...{ guest: "a", totalramPages: 1000 * MIB, balloonCurrentPages: 1000 * MIB, balloonMaxPages: 2000 * MIB },
  ...{ availablePages: 500 * MIB, freePages: 300 * MIB, totalreservePages: 10 * MIB },
});
const tunables = { ...DEFAULT_TUNABLES, guard_headroom_mb: 100 };

function asked(change: Partial<Pressure>, nowMs = 0) {
  return askedOf({ ...NO_PRESSURE, take: "as_needed", ...change }, "normal", observation, tunables, nowMs);
}

const ofAll = (share: number) => ({ best_effort: share, normal: share, protected: share });

describe("what a host asks of a guest", () => {
  it("is nothing while it has no need", () => {
    expect(asked({ need: 0 })).toEqual({ givePages: 0, backPages: 0, isEmergency: false });
  });

  it("is its part of what is missing", () => {
    expect(asked({ need: 0.2, askedShares: ofAll(1 / 8) })?.givePages).toBe(125 * MIB);
  });

  it.each([
    ["free memory beyond headroom and reserve", 1 / 3, 190],
    ["the cache, too, beyond the headroom", 2 / 3, 400],
    ["whatever the law takes", 0.7, 1000],
  ])("is at the most %s at a need of %d", (_, need, mib) => {
    expect(asked({ need, askedShares: ofAll(1) })?.givePages).toBe(mib * MIB);
  });

  it("is all that the law takes, at once, in an emergency, whenever it takes otherwise", () => {
    for (const take of ["always", "as_needed"] as const)
      expect(asked({ take, need: 1, isEmergency: true })?.givePages).toBe(Number.POSITIVE_INFINITY);
  });

  it("is the law's own matter where guests always give", () => {
    expect(asked({ take: "always", need: 0.5, askedShares: ofAll(1) })).toBeNull();
  });

  it("is nothing of what the guest does not tell", () => {
    const silent = { ...observation, availablePages: null, freePages: null };
    const pressure = { ...NO_PRESSURE, take: "as_needed", askedShares: ofAll(1) } as const;
    for (const need of [0.2, 0.5])
      expect(askedOf({ ...pressure, need }, "normal", silent, tunables, 0)?.givePages).toBe(0);
  });

  it("gives a part back once the host has had enough for a minute", () => {
    expect(asked({ surplusSinceMs: 0 }, 59_999)?.backPages).toBe(0);
    expect(asked({ surplusSinceMs: 0 }, 60_000)?.backPages).toBe((1000 * MIB) / 32);
  });
});
