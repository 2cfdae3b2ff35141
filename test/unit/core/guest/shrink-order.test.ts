import { describe, expect, it } from "vitest";
import { shrinkOrder } from "../../../../src/core/guest/shrink-order.ts";
import { INITIAL_GUEST_STATE, step } from "../../../../src/core/guest/step.ts";
import { DEFAULT_TUNABLES } from "../../../../src/core/tunables.ts";
import { observationOf } from "../../../support/observations.ts";

const observation = observationOf({ pageBytes: 16_384 });
const { decision } = step(INITIAL_GUEST_STATE, observation, DEFAULT_TUNABLES, 0);
const order = (frontswapTargetPages: number | null, intervalS: number) => {
  const tunables = { ...DEFAULT_TUNABLES, selfballoon_interval: intervalS, frontswap_cpu_percent: 7 };
  return shrinkOrder({ ...decision, frontswapTargetPages }, observation, tunables);
};

describe("an order to shrink compressed swap", () => {
  it("is none where nothing was decided of it; none at all is a target too", () => {
    expect(order(null, 5)).toBeNull();
    expect(order(0, 5)).toMatchObject({ targetPages: 0 });
  });

  it("keeps to the headroom and the processor's share, in the guest's own pages", () => {
    const limits = { headroomPages: 64 * 64, cpuPercent: 7, deadlineMs: 4500 };
    expect(order(300, 5)).toEqual({ targetPages: 300, pageBytes: 16_384, limits });
  });

  it("ends before the next step, and after a minute at the latest", () => {
    expect(order(300, 1)?.limits.deadlineMs).toBe(900);
    expect(order(300, 60)?.limits.deadlineMs).toBe(54_000);
    expect(order(300, 3600)?.limits.deadlineMs).toBe(60_000);
  });
});
