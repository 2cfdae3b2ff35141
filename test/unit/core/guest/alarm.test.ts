import { describe, expect, it } from "vitest";
import { Alarm } from "../../../../src/core/guest/alarm.ts";

/** Which of these looks at what is available ask for a step, with a line at 100 pages and a balloon that stands still. */
function asked(looks: readonly (number | null)[], linePages: number | null = 100): readonly boolean[] {
  const alarm = new Alarm();
  return looks.map((availablePages) => alarm.isDue({ availablePages, totalramPages: 1000 }, linePages));
}

describe("the alarm of the watch", () => {
  it("asks below the line, and again only when it gets worse", () => {
    expect(asked([100, 99, 99, 99, 98, 99, 97])).toEqual([false, true, false, false, true, false, true]);
  });

  it("asks again when the balloon has moved and that was not enough", () => {
    const alarm = new Alarm();
    const isDue = (totalramPages: number) => alarm.isDue({ availablePages: 0, totalramPages }, 100);
    expect([1000, 1000, 1100, 1100].map(isDue)).toEqual([true, false, true, false]);
  });

  it("asks again after a while where nothing changes: the answer may have failed", () => {
    const looks = asked(Array.from({ length: 31 }, () => 50));
    expect(looks.filter((isDue) => isDue)).toHaveLength(4);
  });

  it("asks anew once memory was above the line in between", () => {
    expect(asked([50, 100, 99])).toEqual([true, false, true]);
  });

  it("is silent where nothing is known, or nothing can be short", () => {
    expect(asked([null, 50])).toEqual([false, true]);
    expect(asked([50, 10], null)).toEqual([false, false]);
  });
});
