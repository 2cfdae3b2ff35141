import { describe, expect, it } from "vitest";
import type { Decision } from "../../../../src/core/decision.ts";
import { needOf, onlyGrowing, onlyNeeded, yieldSpare } from "../../../../src/core/host/reclaim.ts";
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

  it.each([
    [28, 28, 512, "lack"],
    [127, 100, 512, "lack"],
    [128, 100, 512, "cache"],
    [null, 100, 512, "lack"],
    [300, null, 512, "lack"],
    [300, 100, 0, "lack"],
    [300, 100, null, "lack"],
  ])("with %s MiB available, %s free and %s of swap waits for: %s", (mib, freeMib, swapMib, need) => {
    const freePages = freeMib === null ? null : freeMib * MIB;
    const free = { freePages, totalreservePages: 20 * MIB, swapTotalPages: swapMib === null ? null : swapMib * MIB };
    expect(needOf({ ...guest(mib === null ? null : mib * MIB), ...free }, DEFAULT_TUNABLES)).toBe(need);
  });

  it("gets for its cache what leaves it 128 MiB free beside its kernel's reserve, and nothing once it has them", () => {
    const free = (mib: number | null) => ({
      ...guest(300 * MIB),
      freePages: mib === null ? null : mib * MIB,
      totalreservePages: 20 * MIB,
    });
    const grown = (mib: number | null) => onlyGrowing(everything, free(mib), DEFAULT_TUNABLES).balloonTargetPages;
    expect(grown(48)).toBe(CURRENT_PAGES + 100 * MIB);
    expect(grown(148)).toBe(CURRENT_PAGES);
    expect(grown(null)).toBe(CURRENT_PAGES);
  });

  it("yields to one that waits for its cache what it has free, not its own cache", () => {
    const full = { ...guest(328 * MIB), freePages: 248 * MIB, totalreservePages: 20 * MIB };
    expect(yieldSpare(everything, full, DEFAULT_TUNABLES, 0, "cache").balloonTargetPages).toBe(400 * MIB);
    expect(yieldSpare(everything, full, DEFAULT_TUNABLES, 0, "lack").balloonTargetPages).toBe(300 * MIB);
    expect(yieldSpare(everything, { ...full, freePages: null }, DEFAULT_TUNABLES, 0, "cache")).toBe(everything);
  });

  it("yields what it has beyond that when another runs short, down to its least", () => {
    const calm = guest(228 * MIB);
    const yielded = yieldSpare(everything, calm, DEFAULT_TUNABLES, 0, "lack");
    expect(yielded).toMatchObject({ balloonTargetPages: 400 * MIB, targetPages: 400 * MIB, reason: "yields" });
    expect(yieldSpare(everything, calm, DEFAULT_TUNABLES, 450 * MIB, "lack").balloonTargetPages).toBe(450 * MIB);
  });

  it.each([
    ["it is not safe itself", everything, guest(100 * MIB), 0],
    ["nobody knows what it has available", everything, guest(null), 0],
    ["its memory is in use, not held out of caution", wanting("in_use", CURRENT_PAGES), guest(300 * MIB), 0],
    ["it has no more than its least", everything, guest(300 * MIB), CURRENT_PAGES],
  ])("keeps what it has when %s", (_, decision, observation, minPages) => {
    expect(yieldSpare(decision, observation, DEFAULT_TUNABLES, minPages, "lack")).toBe(decision);
  });
});
