import { describe, expect, it } from "vitest";
import { HostPast } from "../../../src/history/host-past.ts";
import { guestStatus, stepRecord } from "../../support/guest-records.ts";

const GIB_PAGES = 262_144;
const guests = () => [
  guestStatus("a", {
    totalramPages: 100_000,
    balloonCurrentPages: 100_000,
    balloonMaxPages: GIB_PAGES,
    availablePages: 40_000,
  }),
  { ...guestStatus("new"), observation: null, decision: null },
];
const stepAt = (atMs: number) => ({ ...stepRecord("a"), seq: 1, atMs });

describe("the past of a host", () => {
  it("is what guests used and saved together, of those of which something was read", () => {
    const past = new HostPast(guests);
    past.add(stepAt(5000));
    expect(past.points()).toEqual([
      {
        atMs: 5000,
        gap: true,
        usedBytes: 60_000 * 4096,
        availableBytes: 40_000 * 4096,
        savedBytes: (GIB_PAGES - 100_000) * 4096,
        guests: 1,
      },
    ]);
  });

  it("is taken once a second, however many guests step", () => {
    let asked = 0;
    const past = new HostPast(() => {
      asked += 1;
      return guests();
    });
    for (let atMs = 0; atMs < 10_000; atMs += 10) past.add(stepAt(atMs));
    past.add({ kind: "guest", guest: "a", change: "removed", seq: 1, atMs: 20_000, turn: 1, nowMs: 1 });
    expect(asked).toBe(10);
  });

  it("stays bounded, and reaches back to its beginning, for a month", () => {
    const past = new HostPast(guests);
    const dayS = 86_400;
    for (let atS = 0; atS < 30 * dayS; atS += 60) past.add(stepAt(atS * 1000));
    const times = past.points().map(({ atMs }) => atMs / 1000);
    expect(times.length).toBeLessThanOrEqual(720);
    expect(times.length).toBeGreaterThan(300);
    expect(times[0]).toBeLessThan(2 * 3600);
    expect(times.at(-1)).toBe(30 * dayS - 60);
  });

  it("goes on from what a daemon before has left, with a gap between, and without what a clock that was ahead left", () => {
    const past = new HostPast(guests);
    const point = { gap: false, usedBytes: 1, availableBytes: 1, savedBytes: 1, guests: 1 };
    past.follow(
      [
        { ...point, atMs: 1000 },
        { ...point, atMs: 2000 },
        { ...point, atMs: 99_000 },
      ],
      5000,
    );
    past.add(stepAt(6000));
    past.add(stepAt(7000));
    expect(past.points().map(({ atMs, gap }) => [atMs, gap])).toEqual([
      [1000, false],
      [2000, false],
      [6000, true],
      [7000, false],
    ]);
  });

  it("keeps a gap where points have become one", () => {
    const past = new HostPast(guests);
    for (let atMs = 0; atMs < 4_000_000; atMs += 1000) past.add(stepAt(atMs));
    const later = new HostPast(guests);
    later.follow(past.points(), 4_000_000);
    for (let atMs = 5_000_000; atMs < 9_000_000; atMs += 1000) later.add(stepAt(atMs));
    const gaps = later.points().filter(({ gap }) => gap);
    expect(gaps.map(({ atMs }) => atMs > 4_000_000)).toEqual([false, true]);
  });
});
