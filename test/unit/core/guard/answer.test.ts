import { describe, expect, it } from "vitest";
import { type Answer, learnAnswer, NO_ANSWER } from "../../../../src/core/guard/answer.ts";

/** What is reckoned with after answers that took so long, ten seconds apart. */
function learn(seenMs: readonly number[]): Answer {
  return seenMs.reduce((before, ms, nth) => learnAnswer(before, ms, (nth + 1) * 10_000), NO_ANSWER);
}

describe("the time that a balloon takes to answer", () => {
  it("is 300 ms until it was seen to be quicker", () => {
    expect(NO_ANSWER.ms).toBe(300);
    expect(learn([120]).ms).toBe(250);
    expect(learn([120, 120, 120, 120]).ms).toBe(150);
  });

  it("is believed to be quicker only by and by", () => {
    const once = learnAnswer(NO_ANSWER, 100, 10_000);
    expect(learnAnswer(once, 100, 19_999)).toBe(once);
    expect(learnAnswer(once, 100, 20_000)).toEqual({ ms: 200, sinceMs: 20_000 });
  });

  it("is longer at once after a slow answer", () => {
    const quick = learn([100, 100, 100, 100, 100]);
    expect(quick.ms).toBe(100);
    expect(learnAnswer(quick, 201, quick.sinceMs + 1).ms).toBe(250);
  });

  it("is never below what looks of the watch can tell, nor above what holds where nothing is known", () => {
    expect(learn(Array<number>(20).fill(0)).ms).toBe(100);
    expect(learn([1e9]).ms).toBe(300);
  });
});
