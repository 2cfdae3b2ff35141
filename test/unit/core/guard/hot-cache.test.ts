import { describe, expect, it } from "vitest";
import { NO_ANSWER } from "../../../../src/core/guard/answer.ts";
import {
  followCache,
  hotCache,
  keptPages,
  type NeededCache,
  NO_NEEDED_CACHE,
} from "../../../../src/core/guard/hot-cache.ts";
import { type GuardInput, guardInput } from "../../../../src/core/guard/input.ts";
import type { CompleteObservation } from "../../../../src/core/observation.ts";
import { DEFAULT_TUNABLES } from "../../../../src/core/tunables.ts";
import { observationOf } from "../../../support/observations.ts";

const MIB = 256;

/** A guest of 1 GiB: 300 MiB in use, 100 MiB of cache, the rest free. */
const calm = {
  totalramPages: 1000 * MIB,
  totalreservePages: 10 * MIB,
  availablePages: 700 * MIB,
  freePages: 610 * MIB,
  refaultPages: 1000,
  swapInPages: 1000,
  swapOutPages: 1000,
  psiSomeTotalUs: 0,
};

type Readings = Partial<CompleteObservation>;

function inputOf(readings: Readings, afterMs: number | null = 5000): GuardInput {
  const last = afterMs === null ? null : observationOf(calm);
  const remembered = { last, lastMs: 0, risePages: 0, answer: NO_ANSWER };
  const wanted = { targetPages: 0, maximumPages: 1024 * MIB };
  const now = observationOf({ ...calm, ...readings });
  return guardInput(remembered, now, wanted, DEFAULT_TUNABLES, afterMs ?? 0, new Set());
}

/** What is learnt from readings `afterMs` after a step at which the guest was calm; null: from the first ones. */
function learn(before: NeededCache, readings: Readings, afterMs?: number | null): NeededCache {
  return followCache(before, inputOf(readings, afterMs));
}

/** 100 MiB were read not long ago. */
const first: NeededCache = { ...NO_NEEDED_CACHE, freshPages: 100 * MIB };

describe("the cache that a guest is reckoned to need", () => {
  it("is not known at first: what was read before we looked may be cold", () => {
    expect(learn(first, {}, null)).toEqual(NO_NEEDED_CACHE);
  });

  it("is forgotten where nobody misses it", () => {
    expect(keptPages(learn(first, {}, 90_000))).toBe(50 * MIB);
    expect(keptPages(learn(first, {}, 180_000))).toBe(0);
  });

  it("is what there is and what came back, and is remembered for longer", () => {
    const proven = learn(first, { refaultPages: 1000 + 20 * MIB });
    expect(keptPages(proven)).toBe(120 * MIB);
    expect(keptPages(learn(proven, {}, 900_000))).toBe(75 * MIB);
  });

  it("grows with what is read, and reckons with as much again", () => {
    const grown = learn(first, { availablePages: 690 * MIB, freePages: 580 * MIB });
    expect(keptPages(grown)).toBeGreaterThan(115 * MIB);
    expect(grown.growthPages).toBe(20 * MIB);
  });

  it("is not forgotten while the kernel swaps, which gets room for what it swapped", () => {
    const swapping = learn(first, { swapOutPages: 1000 + 8 * MIB, psiSomeTotalUs: 150_000 });
    expect(keptPages(swapping)).toBe(108 * MIB);
    expect(keptPages(learn(swapping, {}, 20_000))).toBe(108 * MIB);
  });

  it.each([
    ["hardly anybody waited, for six steps", 15_000, 6000],
    ["somebody waited", 75_000, 15_000],
    ["somebody waited for long", 3_000_000, 30_000],
    ["nobody knows who waited", null, 30_000],
  ])("is forgotten again the sooner the less was waited for it: %s", (_, psiSomeTotalUs, restMs) => {
    expect(learn(first, { swapOutPages: 1000 + 8 * MIB, psiSomeTotalUs }, 1000).restUntilMs).toBe(1000 + restMs);
    expect(learn(first, { refaultPages: 1000 + 8 * MIB, psiSomeTotalUs }, 1000).restUntilMs).toBe(1000 + restMs);
  });

  it("is not forgotten for long in any case where steps are far apart", () => {
    expect(learn(first, { refaultPages: 1000 + 8 * MIB }).restUntilMs).toBe(5000 + 30_000);
  });

  it("is not forgotten sooner because something cheap was missed after something dear", () => {
    const resting = { ...first, restUntilMs: 30_000 };
    expect(learn(resting, { refaultPages: 1000 + 8 * MIB }, 1000).restUntilMs).toBe(30_000);
  });

  it("counts what went to swap and came back meanwhile as missed, but not what only came back", () => {
    const unknown = { psiSomeTotalUs: null };
    const thrashing = learn(first, { ...unknown, swapOutPages: 1000 + 8 * MIB, swapInPages: 1000 + 6 * MIB });
    expect(thrashing.provenPages).toBe(106 * MIB);
    expect(learn(first, { swapInPages: 1000 + 6 * MIB }).provenPages).toBe(0);
  });

  it("does not count that where hardly anybody waited for it: cold pages come back too", () => {
    const swapping = { swapOutPages: 1000 + 8 * MIB, swapInPages: 1000 + 6 * MIB };
    const waited = (share: number) => ({ ...swapping, psiSomeTotalUs: 5_000_000 * share });
    expect(learn(first, waited(0.1))).toMatchObject({ provenPages: 0, freshPages: 108 * MIB });
    expect(learn(first, waited(0.3)).provenPages).toBe(106 * MIB);
  });

  it("does not change for a few pages that were read back or swapped", () => {
    const { provenPages, restUntilMs } = learn(first, { refaultPages: 1100, swapOutPages: 1100 });
    expect({ provenPages, restUntilMs }).toEqual({ provenPages: 0, restUntilMs: 0 });
  });

  it("is learnt again after a reboot", () => {
    const proven = learn(first, { refaultPages: 1000 + 500 * MIB });
    expect(learn(proven, { refaultPages: 0 })).toEqual(NO_NEEDED_CACHE);
  });

  it.each(["availablePages", "freePages", "refaultPages"] as const)("is not known without %s", (name) => {
    expect(learn(first, { [name]: null })).toEqual(NO_NEEDED_CACHE);
  });

  it.each([
    ["more available than there is RAM", { availablePages: 4e15, freePages: 0 }],
    ["a counter that leaps", { refaultPages: 2 ** 52 }],
    ["more swapped than can be", { swapOutPages: 2 ** 52 }],
  ])("is no more than the guest's RAM when told %s", (_, readings) => {
    const learnt = learn(first, readings);
    expect(keptPages(learnt)).toBeLessThanOrEqual(calm.totalramPages);
    expect(learnt.growthPages).toBeLessThanOrEqual(calm.totalramPages);
  });

  it("is not proven by pages that are chance, and is by one more", () => {
    const chancePages = calm.totalramPages / 2048;
    const missed = (pages: number) => learn(first, { refaultPages: 1000 + pages }).provenPages;
    expect([missed(chancePages), missed(chancePages + 1)]).toEqual([0, 100 * MIB + chancePages + 1]);
    const swapped = (pages: number) => learn(first, { swapOutPages: 1000 + pages }).restUntilMs;
    expect([swapped(chancePages), swapped(chancePages + 1)]).toEqual([0, 35_000]);
  });

  it("grows by what was read while the kernel swapped, too", () => {
    const read = { availablePages: 690 * MIB, freePages: 580 * MIB };
    expect(learn(first, { ...read, swapOutPages: 1000 + 8 * MIB }).freshPages).toBe((100 + 20 + 8) * MIB);
  });

  it("is forgotten again from the moment on that its rest is over", () => {
    const resting = { ...first, restUntilMs: 90_000 };
    expect(keptPages(learn(resting, {}, 89_999))).toBe(100 * MIB);
    expect(keptPages(learn(resting, {}, 90_000))).toBe(50 * MIB);
  });
});

describe("the page cache that a guest needs", () => {
  /** 300 MiB are in use, and 64 of headroom lie beside them. */
  const least = (cache: Partial<NeededCache>) =>
    hotCache.minTargetPages({ cache: { ...NO_NEEDED_CACHE, ...cache } }, inputOf({})) / MIB;

  it("stays beside the memory in use, with as much again as was just read", () => {
    expect(least({ provenPages: 50 * MIB, freshPages: 30 * MIB, growthPages: 7 * MIB })).toBe(364 + 87);
  });

  it("is no reason to hold a guest where there is none", () => {
    expect(least({})).toBe(0);
  });
});
