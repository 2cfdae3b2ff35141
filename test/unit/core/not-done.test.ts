import { describe, expect, it } from "vitest";
import { notDoneText } from "../../../src/core/not-done.ts";

const decided = (targetPages: number | null, dryRun = true) => ({
  decision: { targetPages },
  observation: { totalramPages: 1000 },
  dryRun,
});

describe("a decision of a dry run", () => {
  it("says that it was not done, if there was something to do", () => {
    expect(notDoneText(decided(900))).toBe("Not done: this is a dry run.");
    expect(notDoneText(decided(900, false))).toBe("");
    expect(notDoneText(decided(1000))).toBe("");
    expect(notDoneText(decided(null))).toBe("");
    expect(notDoneText({ ...decided(900), decision: null })).toBe("");
  });
});
