import { describe, expect, it } from "vitest";
import type { StepRecord } from "../../../src/core/journal-record.ts";
import { TroubleCount } from "../../../src/fleet/trouble-count.ts";
import { stepRecord } from "../../support/guest-records.ts";

/** A step of a guest whose OOM killer has killed so often. */
function step(guest: string, oomKills: number | null): StepRecord {
  return { ...stepRecord(guest, { oomKills }), seq: 1, atMs: 0 };
}

describe("the count of what goes wrong on a host", () => {
  it("has kills since it began, over guests that boot again, and those that can't be read are none", () => {
    const count = new TroubleCount(1000);
    for (const [guest, kills] of [
      ["a", 5],
      ["a", 7],
      ["b", 3],
      ["a", null],
      ["a", 0],
      ["a", 1],
    ] as const)
      count.take(step(guest, kills), false);
    expect(count.at(11_900)).toEqual({ upS: 10, oomKills: 3, emergencies: 0 });
  });

  it("has an emergency for each step that is news", () => {
    const count = new TroubleCount(0);
    for (const isNews of [true, false, true]) count.take(step("a", null), isNews);
    expect(count.at(0).emergencies).toBe(2);
  });
});
