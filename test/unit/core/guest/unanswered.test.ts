import { describe, expect, it } from "vitest";
import type { WatchSample } from "../../../../src/core/backend.ts";
import { followUnanswered, type Unanswered } from "../../../../src/core/guest/unanswered.ts";

const TARGET_PAGES = 1200;

/** A guest of 1000 pages that fell short at 5 s. */
const short: Unanswered = { sinceMs: 5000, totalramPages: 1000 };

const sample = (totalramPages: number | null): WatchSample => ({ availablePages: 10, totalramPages });

/** What 200 ms later is made of so many pages of RAM. */
function later(totalramPages: number | null, isShort: boolean, targetPages: number | null = TARGET_PAGES) {
  return followUnanswered(short, sample(totalramPages), isShort, targetPages, 5200);
}

describe("a shortage that the balloon has not answered", () => {
  it("begins at the look that finds memory short", () => {
    expect(followUnanswered(null, sample(1000), true, TARGET_PAGES, 5000)).toEqual({
      unanswered: short,
      answerMs: null,
    });
    expect(followUnanswered(null, sample(1000), false, TARGET_PAGES, 5000).unanswered).toBeNull();
  });

  it("is answered by memory that ends it", () => {
    expect(later(1001, false)).toEqual({ unanswered: null, answerMs: 200 });
    expect(later(1001, false, null)).toEqual({ unanswered: null, answerMs: 200 });
  });

  it("is answered by half of what was decided, and what is short then waits from now", () => {
    expect(later(1099, true)).toEqual({ unanswered: short, answerMs: null });
    expect(later(1100, true)).toEqual({ unanswered: { sinceMs: 5200, totalramPages: 1100 }, answerMs: 200 });
  });

  it("says nothing of the balloon if it ends by itself, or nothing was decided", () => {
    expect(later(1000, false)).toEqual({ unanswered: null, answerMs: null });
    expect(later(1100, true, null)).toEqual({ unanswered: short, answerMs: null });
  });

  it("is not followed where RAM is not known", () => {
    expect(later(null, true)).toEqual({ unanswered: null, answerMs: null });
    expect(followUnanswered(null, sample(null), true, TARGET_PAGES, 5000).unanswered).toBeNull();
  });
});
