import { describe, expect, it } from "vitest";
import { believedGoalBytes, maxFloorBytes, maxHeldBytes, reserveShare } from "../../../../src/core/host/belief.ts";
import { grantedBytes } from "../../../../src/core/host/budget.ts";
import { BYTES_PER_MIB } from "../../../../src/core/units.ts";

const mib = (count: number): number => count * BYTES_PER_MIB;

describe("what a guest claims", () => {
  it("as its floor is worth a quarter of its machine and what the law leaves it, or what the operator gave it", () => {
    expect(maxFloorBytes(mib(1024), 0, 0)).toBe(mib(256 + 128));
    expect(maxFloorBytes(mib(1024), mib(700), 0)).toBe(mib(700));
    expect(maxFloorBytes(mib(1024), 0, mib(500))).toBe(mib(756));
  });

  it("as its floor is never worth more than its machine", () => {
    expect(maxFloorBytes(mib(96), 0, 0)).toBe(mib(96));
    expect(maxFloorBytes(mib(1024), mib(2000), mib(3000))).toBe(mib(1024));
  });

  it("as its need is worth what its process holds, and a little more", () => {
    expect(believedGoalBytes(mib(900), mib(1024), mib(300))).toBe(mib(300 + 256));
    expect(believedGoalBytes(mib(400), mib(1024), mib(300))).toBe(mib(400));
    expect(believedGoalBytes(mib(8000), mib(8192), mib(300))).toBe(mib(300 + 1024));
    expect(believedGoalBytes(mib(900), mib(1024), null)).toBe(mib(900));
  });
});

describe("what a guest's process holds at the most", () => {
  it("is what is resident of it and all that its host has swapped out", () => {
    expect(maxHeldBytes(mib(300), 0)).toBe(mib(300));
    expect(maxHeldBytes(mib(300), mib(900))).toBe(mib(1200));
  });

  it("is not known where the host does not say what lies in swap, or nobody looks at the process", () => {
    expect(maxHeldBytes(mib(300), null)).toBeNull();
    expect(maxHeldBytes(null, 0)).toBeNull();
  });
});

describe("the reserve of a host", () => {
  const budget = { memoryBytes: mib(2048), reserveBytes: mib(128) };
  const others = mib(1500);

  it("is not all one guest's, however often it is in an emergency", () => {
    const share = reserveShare(1, 11);
    let ownBytes = mib(400);
    for (let times = 0; times < 10; times += 1) ownBytes = grantedBytes(budget, others + ownBytes, ownBytes, share);
    expect(ownBytes + others).toBeLessThan(mib(1920 + 47));
    expect(ownBytes + others).toBeGreaterThan(mib(1920 + 46));
  });

  it("is there for another guest's emergency beside that", () => {
    const greedyBytes = mib(1920 + 46);
    const ownBytes = mib(0);
    const granted = grantedBytes(budget, greedyBytes + ownBytes, ownBytes, reserveShare(10, 11));
    expect(granted).toBe(mib(2048) - greedyBytes);
  });

  it("is all for a guest that is alone, or for four that are alike", () => {
    expect([reserveShare(1, 1), reserveShare(1, 4), reserveShare(3, 12)]).toEqual([1, 1, 1]);
    expect(reserveShare(1, 8)).toBe(0.5);
    expect(reserveShare(0, 0)).toBe(1);
  });
});
