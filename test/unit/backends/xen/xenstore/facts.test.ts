import { describe, expect, it } from "vitest";
import { factsOf } from "../../../../../src/backends/xen/xenstore/facts.ts";
import type { Decision } from "../../../../../src/core/decision.ts";
import type { StepRecord } from "../../../../../src/core/journal-record.ts";
import { faultRecord, stepRecord } from "../../../../support/guest-records.ts";

const AT = { seq: 1, atMs: 0 };

/** Of a guest that has 250,000 pages, and 262,144 as its balloon counts. */
const DECIDED = {
  targetPages: 240_000,
  balloonTargetPages: 252_144,
  goalPages: 170_000,
  floorPages: 50_000,
  reason: "lower",
} as const satisfies Partial<Decision>;

function facts(
  decided: Partial<Decision> = {},
  readings: Parameters<typeof stepRecord>[1] = {},
  more: Partial<StepRecord> = {},
) {
  const { decision, ...record } = stepRecord("guest", readings);
  return Object.fromEntries(
    factsOf({ ...AT, ...record, ...more, decision: { ...decision, ...DECIDED, ...decided } }) ?? [],
  );
}

describe("what dom0 is shown", () => {
  it("is what the guest has, wants and why, in KiB as the balloon counts", () => {
    expect(facts()).toEqual({
      current_kb: String(262_144 * 4),
      target_kb: String(252_144 * 4),
      goal_kb: String(182_144 * 4),
      floor_kb: String(62_144 * 4),
      reason: "lower",
    });
  });

  it("counts in the guest's own pages", () => {
    expect(facts({}, { pageBytes: 65_536 })).toMatchObject({ current_kb: String(262_144 * 64) });
  });

  it("is without what was not decided", () => {
    const nothing = { targetPages: null, balloonTargetPages: null, goalPages: null, floorPages: null } as const;
    expect(facts({ ...nothing, reason: "off" })).toEqual({ current_kb: String(262_144 * 4), reason: "off" });
  });

  it("has no target where nothing is moved because the guest is paused", () => {
    const paused = facts({}, {}, { isPaused: true });
    expect(paused).not.toHaveProperty("target_kb");
    expect(paused).toMatchObject({ goal_kb: String(182_144 * 4), reason: "paused" });
  });

  it("is why the guest can't be read, without figures that are old", () => {
    expect(factsOf({ ...AT, ...faultRecord("guest", "") })).toEqual(new Map([["reason", "ERR_DEADLINE"]]));
  });

  it("stays as it is at a record of something else", () => {
    expect(factsOf({ ...AT, ...faultRecord("*", "") })).toBeNull();
    expect(factsOf({ ...AT, kind: "tunables", values: {}, turn: 1, nowMs: 0 })).toBeNull();
  });
});
