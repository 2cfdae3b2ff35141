import { describe, expect, it } from "vitest";
import { NO_ANSWER } from "../../../../src/core/guard/answer.ts";
import {
  type Emergency,
  emergency,
  emergencyLinePages,
  followEmergency,
  NO_EMERGENCY,
} from "../../../../src/core/guard/emergency.ts";
import { NO_SAFETY } from "../../../../src/core/guard/guard.ts";
import { type GuardInput, guardInput } from "../../../../src/core/guard/input.ts";
import type { CompleteObservation } from "../../../../src/core/observation.ts";
import { DEFAULT_TUNABLES } from "../../../../src/core/tunables.ts";
import { observationOf } from "../../../support/observations.ts";

const MIB = 256;
const STEP_MS = 1000;
const MINUTE_MS = 60_000;
const WANTED = { targetPages: 100 * MIB, maximumPages: 1024 * MIB };

/** A guest that has 500 MiB of its 1024, of which 200 are available, and that waits for nothing. */
const calm = {
  totalramPages: 500 * MIB,
  availablePages: 200 * MIB,
  psiFullTotalUs: 0,
  refaultPages: 0,
  swapInPages: 0,
  oomKills: 0,
  allocStalls: 0,
};

type Readings = Partial<CompleteObservation>;

/** Readings a second after the guest was calm. */
function inputOf(readings: Readings, nowMs = STEP_MS, wanted = WANTED, without = NO_SAFETY): GuardInput {
  const before = { last: observationOf(calm), lastMs: nowMs - STEP_MS, risePages: 0, answer: NO_ANSWER };
  return guardInput(before, observationOf({ ...calm, ...readings }), wanted, DEFAULT_TUNABLES, nowMs, without);
}

const begins = (readings: Readings): boolean => followEmergency(NO_EMERGENCY, inputOf(readings)).isOn;

/** Less than the line of 32 MiB is available. */
const short = { availablePages: 32 * MIB - 1 };

describe("an emergency", () => {
  it("begins below the line of what must be available, not at it", () => {
    expect(begins(short)).toBe(true);
    expect(begins({ availablePages: 32 * MIB })).toBe(false);
    expect(begins({ availablePages: null })).toBe(false);
  });

  it("begins when the kernel killed a process", () => {
    expect(begins({ oomKills: 1 })).toBe(true);
    expect(begins({ oomKills: null })).toBe(false);
  });

  it.each(["refaultPages", "swapInPages"])(
    "begins when all tasks waited a tenth of the time and %s came back",
    (came) => {
      expect(begins({ psiFullTotalUs: 100_001, [came]: 1 })).toBe(true);
      expect(begins({ psiFullTotalUs: 100_000, [came]: 1 })).toBe(false);
    },
  );

  it("is not what an inflating balloon makes tasks wait for: nothing came back", () => {
    expect(begins({ psiFullTotalUs: 900_000 })).toBe(false);
  });

  it("begins when allocations stall while less than the headroom is available", () => {
    expect(begins({ allocStalls: 1, availablePages: 64 * MIB - 1 })).toBe(true);
    expect(begins({ allocStalls: 1, availablePages: 64 * MIB })).toBe(false);
    expect(begins({ allocStalls: 0, availablePages: 64 * MIB - 1 })).toBe(false);
    expect(begins({ allocStalls: 1, availablePages: null })).toBe(false);
  });

  it("is none where the guest has all that it may have: there is nothing to give", () => {
    const all = { ...WANTED, maximumPages: 500 * MIB };
    expect(followEmergency(NO_EMERGENCY, inputOf(short, STEP_MS, all))).toBe(NO_EMERGENCY);
    expect(followEmergency(NO_EMERGENCY, inputOf(short, STEP_MS, { ...all, maximumPages: 501 * MIB })).isOn).toBe(true);
  });

  it("is none while a scenario leaves it out", () => {
    expect(followEmergency(NO_EMERGENCY, inputOf(short, STEP_MS, WANTED, new Set(["emergency"] as const)))).toBe(
      NO_EMERGENCY,
    );
  });

  it("asks for all that the guest may have while it is on, and for nothing else", () => {
    const asked = (isOn: boolean) => emergency.minTargetPages({ emergency: { ...NO_EMERGENCY, isOn } }, inputOf({}));
    expect(asked(true)).toBe(1024 * MIB);
    expect(asked(false)).toBe(0);
  });
});

describe("the end of an emergency", () => {
  const on: Emergency = { ...NO_EMERGENCY, isOn: true, beganMs: 0 };
  const calming: Emergency = { ...on, calmSinceMs: MINUTE_MS };

  it("comes after thirty calm seconds, and gentle steps follow it for ten minutes", () => {
    expect(followEmergency(on, inputOf({}, MINUTE_MS))).toEqual(calming);
    expect(followEmergency(calming, inputOf({}, MINUTE_MS + 29_999))).toEqual(calming);
    expect(followEmergency(calming, inputOf({}, MINUTE_MS + 30_000))).toEqual({
      ...on,
      isOn: false,
      calmSinceMs: null,
      gentleUntilMs: MINUTE_MS + 30_000 + 10 * MINUTE_MS,
    });
  });

  it.each([
    ["memory is short again", short],
    ["no more than the headroom is available", { availablePages: 64 * MIB }],
    ["all tasks wait a hundredth of the time", { psiFullTotalUs: 10_000 }],
  ])("is put off where %s: the calm is counted from new", (_, readings) => {
    expect(followEmergency(calming, inputOf(readings, MINUTE_MS + 30_000))).toEqual(on);
    expect(followEmergency(on, inputOf(readings, MINUTE_MS))).toBe(on);
  });

  it("does not wait for readings that the kernel does not give", () => {
    expect(followEmergency(on, inputOf({ availablePages: null, psiFullTotalUs: null }, MINUTE_MS))).toEqual(calming);
  });

  it("comes too where the guest has all that it may have", () => {
    const all = { ...WANTED, maximumPages: 500 * MIB };
    expect(followEmergency(calming, inputOf({}, MINUTE_MS + 30_000, all)).isOn).toBe(false);
  });
});

describe("an emergency that comes back", () => {
  const HOUR_MS = 60 * MINUTE_MS;
  const over: Emergency = { ...NO_EMERGENCY, beganMs: 5000, gentleUntilMs: 700_000 };
  const again = (before: Emergency, nowMs: number) => followEmergency(before, inputOf(short, nowMs));

  it("holds the target for ten minutes from its beginning, if that is within an hour", () => {
    const nowMs = 5000 + HOUR_MS - 1;
    expect(again(over, nowMs)).toEqual({
      isOn: true,
      beganMs: nowMs,
      calmSinceMs: null,
      gentleUntilMs: 700_000,
      recurrence: { untilMs: nowMs + 10 * MINUTE_MS, count: 1 },
    });
    expect(again(over, 5000 + HOUR_MS).recurrence).toEqual(NO_EMERGENCY.recurrence);
  });

  it("holds it for longer each time, an hour at the most", () => {
    const waits: number[] = [];
    let before = over;
    for (let nth = 1; nth <= 5; nth += 1) {
      const nowMs = nth * 50 * MINUTE_MS;
      before = { ...again(before, nowMs), isOn: false };
      waits.push((before.recurrence.untilMs - nowMs) / MINUTE_MS);
    }
    expect(waits).toEqual([10, 20, 40, 60, 60]);
  });

  it("holds nothing at its first time", () => {
    expect(again(NO_EMERGENCY, 5000).recurrence.untilMs).toBe(0);
  });
});

describe("the line of an emergency", () => {
  it("is what the tunable says, and an eighth of a guest's whole memory where that is less", () => {
    expect(emergencyLinePages(1024 * MIB, 32, 4096)).toBe(32 * MIB);
    expect(emergencyLinePages(128 * MIB, 32, 4096)).toBe(16 * MIB);
  });
});
