import { describe, expect, it } from "vitest";
import type { Decision } from "../../../../src/core/decision.ts";
import {
  atMostGranted,
  neededPages,
  needOf,
  onlyGrowing,
  onlyNeeded,
  yieldDoubted,
  yieldSpare,
} from "../../../../src/core/host/reclaim.ts";
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

describe("what a safety of the guard found that a guest needs", () => {
  const needed = (reason: Reason, availableMib: number | null, targetMib = 450) =>
    neededPages(
      wanting(reason, targetMib * MIB),
      guest(availableMib === null ? null : availableMib * MIB),
      DEFAULT_TUNABLES,
    ) / MIB;

  it("is all of it where memory in use asked for it, and nothing where only the law spoke", () => {
    expect(needed("in_use", 300)).toBe(450);
    expect(needed("raise", 300)).toBe(0);
  });

  it("is no more than what makes it safe where it was held out of caution", () => {
    expect(needed("hot_cache", 228)).toBe(400);
    expect(needed("hot_cache", 138)).toBe(450);
  });

  it("is all of it where it is not safe, or nobody knows", () => {
    expect(needed("hot_cache", 128, 800)).toBe(800);
    expect(needed("hot_cache", 28, 800)).toBe(800);
    expect(needed("hot_cache", null)).toBe(450);
  });
});

describe("a guest whose claims are not believed", () => {
  const decision = wanting("in_use", 500 * MIB);

  it("yields down to what its process holds, and never has more by that", () => {
    expect(yieldDoubted(decision, guest(0), 300 * MIB)).toMatchObject({
      ...{ balloonTargetPages: 300 * MIB, reason: "doubted", clamps: ["share"] },
    });
    const raised = wanting("emergency", 900 * MIB);
    expect(yieldDoubted(raised, guest(0), 700 * MIB).balloonTargetPages).toBe(CURRENT_PAGES);
  });

  it("is left alone where it goes lower by itself, or nobody knows what it has", () => {
    expect(yieldDoubted(decision, guest(0), 500 * MIB)).toBe(decision);
    const unread = { ...guest(0), balloonCurrentPages: null };
    expect(yieldDoubted(decision, unread, 300 * MIB)).toBe(decision);
    const off = { ...decision, balloonTargetPages: null };
    expect(yieldDoubted(off, guest(0), 300 * MIB)).toBe(off);
  });
});

describe("a decision for which its host has not enough", () => {
  const wanted = wanting("raise", 700 * MIB);
  const granted = (maxMib: number) => atMostGranted(wanted, wanted, guest(0), maxMib * MIB);

  it("is cut at what there is, and says where that is nothing", () => {
    expect(granted(600)).toMatchObject({ balloonTargetPages: 600 * MIB, reason: "raise", clamps: ["host"] });
    expect(granted(500)).toMatchObject({ balloonTargetPages: 500 * MIB, reason: "host_full", clamps: ["host"] });
    expect(granted(700)).toBe(wanted);
  });

  it("is not cut where nothing was decided, or nobody knows what the guest has", () => {
    const off = { ...wanted, balloonTargetPages: null };
    expect(atMostGranted(off, off, guest(0), 1)).toBe(off);
    expect(atMostGranted(wanted, wanted, { ...guest(0), balloonCurrentPages: null }, 1)).toBe(wanted);
  });
});
