import { describe, expect, it } from "vitest";
import { NO_ANSWER } from "../../../../src/core/guard/answer.ts";
import { changesSince } from "../../../../src/core/guard/changes.ts";
import { headroomPages, reactionMs, rememberRise } from "../../../../src/core/guard/headroom.ts";
import { DEFAULT_TUNABLES } from "../../../../src/core/tunables.ts";
import { observationOf } from "../../../support/observations.ts";

const MIB = 256;
/** It takes 400 ms from a rise to memory that answers it. */
const tunables = { ...DEFAULT_TUNABLES, guard_watch_ms: 100 };

/** What is remembered after demand rose by so many MiB within a time. */
function remembered(beforePages: number, riseMib: number | null, elapsedMs: number): number {
  const [last, now] = [0, riseMib].map((mib) =>
    observationOf({ totalramPages: 1000 * MIB, availablePages: mib === null ? null : (500 - mib) * MIB }),
  );
  if (last === undefined || now === undefined) throw new Error("two readings make a rise");
  return rememberRise(beforePages, NO_ANSWER, changesSince(last, now, elapsedMs), tunables);
}

describe("the rise that is reckoned with", () => {
  it("is what demand rises by until memory answers it", () => {
    expect(reactionMs(tunables, NO_ANSWER)).toBe(400);
    expect(remembered(0, 100, 4000)).toBe(10 * MIB);
  });

  it("is no more than what was seen, where steps follow each other faster than that", () => {
    expect(remembered(0, 100, 200)).toBe(100 * MIB);
  });

  it("is the largest seen, and forgotten over five minutes", () => {
    expect(remembered(50 * MIB, 100, 6000)).toBe(0.98 * 50 * MIB);
    expect(remembered(50 * MIB, 0, 150_000)).toBe(25 * MIB);
    expect(remembered(50 * MIB, 0, 450_000)).toBe(0);
  });

  it("is not touched by demand that falls, or that nobody knows", () => {
    expect(remembered(50 * MIB, -100, 6000)).toBe(0.98 * 50 * MIB);
    expect(remembered(0, -100, 6000)).toBe(0);
    expect(remembered(50 * MIB, null, 6000)).toBe(0.98 * 50 * MIB);
  });
});

describe("the headroom", () => {
  const headroom = (risePages: number, maximumMib: number) =>
    headroomPages(risePages, maximumMib * MIB, tunables, 4096);

  it("is what the tunable says, and a quarter of a guest's whole memory where that is less", () => {
    expect(headroom(0, 1024)).toBe(64 * MIB);
    expect(headroom(0, 128)).toBe(32 * MIB);
  });

  it("is as much as demand was seen to rise, in whole pages", () => {
    expect(headroom(100 * MIB + 0.1, 1024)).toBe(100 * MIB + 1);
    expect(headroom(100 * MIB, 128)).toBe(100 * MIB);
  });
});
