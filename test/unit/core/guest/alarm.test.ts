import { describe, expect, it } from "vitest";
import type { WatchSample } from "../../../../src/core/backend.ts";
import { type Alarm, followAlarm, isBelow, QUIET } from "../../../../src/core/guest/alarm.ts";

/** Which of these looks ask for a step, with a line at 100 pages. */
function due(samples: readonly WatchSample[], linePages: number | null = 100): readonly boolean[] {
  let alarm: Alarm = QUIET;
  return samples.map((sample) => {
    const isShort = isBelow(sample, linePages);
    alarm = isShort ? followAlarm(alarm, sample) : QUIET;
    return isShort && alarm.looksSince === 0;
  });
}

/** The same for looks at what is available, with a balloon that stands still. */
function asked(looks: readonly (number | null)[], linePages: number | null = 100): readonly boolean[] {
  return due(
    looks.map((availablePages) => ({ availablePages, totalramPages: 1000 })),
    linePages,
  );
}

describe("the alarm of the watch", () => {
  it("asks below the line, and again only when it gets worse", () => {
    expect(asked([100, 99, 99, 99, 98, 99, 97])).toEqual([false, true, false, false, true, false, true]);
  });

  it("asks again when the balloon has moved and that was not enough", () => {
    const looks = [1000, 1000, 1100, 1100].map((totalramPages) => ({ availablePages: 0, totalramPages }));
    expect(due(looks)).toEqual([true, false, true, false]);
  });

  it("asks again after a while where nothing changes: the answer may have failed", () => {
    const looks = asked(Array.from({ length: 31 }, () => 50));
    expect(looks.filter((isDue) => isDue)).toHaveLength(4);
  });

  it("asks again once memory was above the line in between", () => {
    expect(asked([50, 100, 99])).toEqual([true, false, true]);
  });

  it("is silent where nothing is known, or nothing can be short", () => {
    expect(asked([null, 50])).toEqual([false, true]);
    expect(asked([50, 10], null)).toEqual([false, false]);
  });
});
