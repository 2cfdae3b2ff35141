import { describe, expect, it } from "vitest";
import { FaultNews } from "../../../src/daemon/fault-news.ts";
import { faultRecord } from "../../support/guest-records.ts";

/** Faults of guests, at these seconds: which are told, and how many were left out before each. */
function told(...faults: readonly (readonly [second: number, guest: string, problem: string])[]) {
  const news = new FaultNews();
  return faults.flatMap(([second, guest, problem], seq) => {
    const leftOut = news.take({ ...faultRecord(guest, problem), seq, atMs: second * 1000 });
    return leftOut === null ? [] : [[second, guest, leftOut]];
  });
}

describe("a fault is news", () => {
  it("at first, and then once a minute with how many were left out, of a guest that floods us each second", () => {
    const flood = Array.from({ length: 130 }, (_, second) => [second, "web", "it said too much"] as const);
    expect(told(...flood)).toEqual([
      [0, "web", 0],
      [60, "web", 59],
      [120, "web", 59],
    ]);
  });

  it("at once where it is another problem, or of another guest", () => {
    expect(told([0, "web", "floods"], [1, "web", "is silent"], [2, "db", "floods"], [3, "web", "floods"])).toEqual([
      [0, "web", 0],
      [1, "web", 0],
      [2, "db", 0],
    ]);
  });

  it("eight times a minute at the most, whatever a guest says", () => {
    const lies = Array.from({ length: 240 }, (_, second) => [second, "web", `lie ${second}`] as const);
    const lines = told(...lies);
    expect(lines.length).toBeLessThanOrEqual(8 * 4);
    expect(lines.slice(0, 9).map(([second]) => second)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 60]);
    expect(lines[8]).toEqual([60, "web", 52]);
  });

  it("not where it is a record of one that lasts", () => {
    const news = new FaultNews();
    expect(news.take({ ...faultRecord("web", "silent"), seq: 1, atMs: 0, isRepeated: true })).toBeNull();
    expect(news.take({ ...faultRecord("web", "silent"), seq: 2, atMs: 1 })).toBe(0);
  });
});
