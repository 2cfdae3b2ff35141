import { describe, expect, it } from "vitest";
import { demandPages, NO_DEMANDS, risePages, withDemand } from "../../../../src/core/guest/demand.ts";

describe("a guest's demand between two steps", () => {
  it("is what is not available, whatever the balloon does meanwhile", () => {
    expect(demandPages({ availablePages: 300, totalramPages: 1000 })).toBe(700);
    expect(demandPages({ availablePages: 100, totalramPages: 800 })).toBe(700);
  });

  it("is not known while a reading is missing", () => {
    expect(demandPages({ availablePages: null, totalramPages: 1000 })).toBeNull();
    expect(demandPages({ availablePages: 100, totalramPages: null })).toBeNull();
  });

  it("rose from its lowest sample of the last reaction time", () => {
    expect(risePages(NO_DEMANDS, 700)).toBe(0);
    expect(risePages([500, 300, 600], 700)).toBe(400);
    expect(risePages([900], 700)).toBe(0);
  });

  it("forgets samples that are older than that", () => {
    let demands = NO_DEMANDS;
    for (const pages of [1, 2, 3, 4]) demands = withDemand(demands, pages, 3);
    expect(demands).toEqual([2, 3, 4]);
    expect(withDemand(demands, 5, 1)).toEqual([5]);
  });

  it("keeps a bounded number of samples, whatever the tunables say", () => {
    let demands = NO_DEMANDS;
    for (let pages = 0; pages < 1000; pages += 1) demands = withDemand(demands, pages, Number.POSITIVE_INFINITY);
    expect(demands).toHaveLength(64);
  });
});
