import { describe, expect, it } from "vitest";
import { areConsistent, describeTerm, findTerm, readTerm, TERMS, termsSaid } from "../../../src/core/guest-terms.ts";

describe("a guest's terms", () => {
  it.each(TERMS)("take of $name what the row accepts, and nothing else", (row) => {
    const { accepts } = row;
    const good = accepts.kind === "whole" ? [String(accepts.min), String(accepts.max)] : accepts.words;
    for (const text of good) expect(Object.keys(readTerm(row, text) ?? {})).toEqual([row.term]);
    const beyond = accepts.kind === "whole" ? [String(accepts.min - 1), String(accepts.max + 1)] : ["TRUE", "1"];
    for (const text of [...beyond, "", " 1", "1.5", "-1", "1e3", "null"]) expect(readTerm(row, text)).toBeNull();
    expect(describeTerm(row)).toMatch(/\w/);
    expect(findTerm(row.name)).toBe(row);
  });

  it("are told from tunables by their names", () => {
    expect(findTerm("guard")).toBeNull();
  });

  it("are taken out of a section by their names", () => {
    expect(termsSaid({ min_mb: 5, managed: false, guard: 1 })).toEqual({ minMb: 5, isManaged: false });
  });

  it("contradict each other where the least is above the most", () => {
    expect([areConsistent({ minMb: 2, maxMb: 1 }), areConsistent({ minMb: 2, maxMb: 2 })]).toEqual([false, true]);
    expect([areConsistent({ minMb: 2 }), areConsistent({ minMb: 2, maxMb: null })]).toEqual([true, true]);
  });
});
