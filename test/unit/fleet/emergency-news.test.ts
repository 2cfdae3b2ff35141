import { describe, expect, it } from "vitest";
import type { StepRecord } from "../../../src/core/journal-record.ts";
import { EmergencyNews } from "../../../src/fleet/emergency-news.ts";
import { stepRecord } from "../../support/guest-records.ts";

function step(guest: string, atMs: number, change: Partial<StepRecord> = {}): StepRecord {
  return { ...stepRecord(guest), seq: 1, atMs, applied: true, cause: "shortage", ...change };
}

describe("steps that the fleet is told of", () => {
  it("are those of a guest that runs short and was given something, once a minute", () => {
    const news = new EmergencyNews();
    const told = [0, 100, 59_999, 60_000, 60_100].filter((atMs) => news.take(step("web", atMs)));
    expect(told).toEqual([0, 60_000]);
    expect(news.take(step("db", 60_100))).toBe(true);
  });

  it("are none at their interval, or that changed nothing", () => {
    const news = new EmergencyNews();
    expect(news.take(step("web", 0, { cause: "interval" }))).toBe(false);
    expect(news.take(step("web", 0, { applied: false }))).toBe(false);
    expect(news.take(step("web", 0))).toBe(true);
  });

  it("remembers no more guests than a host has", () => {
    const news = new EmergencyNews();
    for (let nth = 0; nth <= 4096; nth += 1) news.take(step(`g${nth}`, 0));
    expect([news.take(step("g0", 1)), news.take(step("g4096", 1))]).toEqual([true, false]);
  });
});
