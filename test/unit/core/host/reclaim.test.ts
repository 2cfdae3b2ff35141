import { describe, expect, it } from "vitest";
import type { Decision } from "../../../../src/core/decision.ts";
import { onlyNeeded, yieldSpare } from "../../../../src/core/host/reclaim.ts";
import type { Reason } from "../../../../src/core/reasons.ts";
import { DEFAULT_TUNABLES } from "../../../../src/core/tunables.ts";
import { observationOf } from "../../../support/observations.ts";

const MIB = 256;
const CURRENT_PAGES = 500 * MIB;

const guest = (availablePages: number | null) =>
  observationOf({
    totalramPages: CURRENT_PAGES,
    balloonCurrentPages: CURRENT_PAGES,
    balloonMaxPages: 1024 * MIB,
    availablePages,
  });

const wanting = (reason: Reason, balloonTargetPages: number): Decision => ({
  t: 0,
  guest: "g",
  goalPages: 100 * MIB,
  floorPages: 100 * MIB,
  targetPages: balloonTargetPages,
  balloonTargetPages,
  frontswapTargetPages: null,
  headroomPages: null,
  reason,
  clamps: [],
});

describe("a guest on a host that is short", () => {
  const everything = wanting("emergency", 1024 * MIB);

  it("gets in an emergency what makes it safe, not everything", () => {
    const { balloonTargetPages } = onlyNeeded(everything, guest(28 * MIB), DEFAULT_TUNABLES);
    expect(balloonTargetPages).toBe(CURRENT_PAGES + 100 * MIB);
  });

  it("gets nothing more once it is safe", () => {
    expect(onlyNeeded(everything, guest(300 * MIB), DEFAULT_TUNABLES).balloonTargetPages).toBe(CURRENT_PAGES);
  });

  it("yields what it has beyond that when another runs short, down to its least", () => {
    const calm = guest(228 * MIB);
    const yielded = yieldSpare(everything, calm, DEFAULT_TUNABLES, 0);
    expect(yielded).toMatchObject({ balloonTargetPages: 400 * MIB, targetPages: 400 * MIB, reason: "yields" });
    expect(yieldSpare(everything, calm, DEFAULT_TUNABLES, 450 * MIB).balloonTargetPages).toBe(450 * MIB);
  });

  it.each([
    ["it is not safe itself", everything, guest(100 * MIB), 0],
    ["nobody knows what it has available", everything, guest(null), 0],
    ["its memory is in use, not held out of caution", wanting("in_use", CURRENT_PAGES), guest(300 * MIB), 0],
    ["it has no more than its least", everything, guest(300 * MIB), CURRENT_PAGES],
  ])("keeps what it has when %s", (_, decision, observation, minPages) => {
    expect(yieldSpare(decision, observation, DEFAULT_TUNABLES, minPages)).toBe(decision);
  });
});
