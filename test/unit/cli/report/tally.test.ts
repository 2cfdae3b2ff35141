import { describe, expect, it } from "vitest";
import { figuresOfTally, type ReportFigures } from "../../../../src/cli/report/figures.ts";
import { Tally } from "../../../../src/cli/report/tally.ts";
import { reportLines } from "../../../../src/cli/report/text.ts";
import type { Reason } from "../../../../src/core/reasons.ts";
import type { RecordedStep } from "../../../../src/formats/recording-writer.ts";
import { stepRecord } from "../../../support/guest-records.ts";
import { observationOf } from "../../../support/observations.ts";

type Readings = Parameters<typeof observationOf>[0];

const GIB_PAGES = 262_144;
const NOON_MS = Date.parse("2026-01-31T12:00:00");
const NO_BAD = { count: 0, first: null };

/** A guest that may have 4 GiB. */
const FOUR_GIB = { maxPfn: 4 * GIB_PAGES, balloonMaxPages: 4 * GIB_PAGES };

const readingsOf = (gib: number, more: Readings): Readings => ({
  ...FOUR_GIB,
  totalramPages: gib * GIB_PAGES,
  balloonCurrentPages: gib * GIB_PAGES,
  ...more,
});

interface Line {
  readonly atS: number;
  readonly guest?: string;
  readonly gib: number;
  readonly more?: Readings;
  readonly gap?: boolean;
  readonly moves?: number;
  readonly reason?: Reason;
}

function tallyOf(lines: readonly Line[]): Tally {
  const tally = new Tally();
  for (const { atS, guest = "a", gib, more = {}, gap = false, moves = 1, reason = "lower" } of lines) {
    const { observation, decision } = stepRecord(guest, readingsOf(gib, { t: atS, ...more }));
    const step: RecordedStep = { atMs: NOON_MS + atS * 1000, gap, moves, decision: { ...decision, reason } };
    tally.add(observation, step);
  }
  return tally;
}

const figures = (lines: readonly Line[]): ReportFigures => figuresOfTally(tallyOf(lines), NO_BAD);

describe("all guests together", () => {
  it("have means that are the sums of their rows, however long each guest was there", () => {
    const { guests, together } = figures([
      { atS: 0, gib: 3 },
      { atS: 300, gib: 3 },
      { atS: 300, gib: 1, guest: "late" },
      { atS: 600, gib: 3 },
      { atS: 600, gib: 1, guest: "late" },
    ]);
    const sum = guests.reduce((total, { heldMeanBytes }) => total + (heldMeanBytes ?? 0), 0);
    expect(sum).toBe(4 * 2 ** 30);
    expect(together).toMatchObject({ heldMeanBytes: sum, mostMeanBytes: 8 * 2 ** 30, savedMeanBytes: 4 * 2 ** 30 });
  });

  it("do not seem to rise from nothing while they are read for the first time", () => {
    const lines = [0, 5, 10].flatMap((atS) =>
      ["a", "b", "c"].map((guest, nth) => ({ atS: atS + nth / 10, guest, gib: 2 })),
    );
    const held = tallyOf(lines)
      .host.moments()
      .map(({ heldBytes }) => heldBytes / 2 ** 30);
    expect(new Set(held)).toEqual(new Set([6]));
  });
});

describe("what was saved", () => {
  it("is what a guest could have had beyond what it had, over time", () => {
    const { together, guests } = figures([
      { atS: 0, gib: 4 },
      { atS: 300, gib: 1 },
      { atS: 600, gib: 1 },
    ]);
    expect(guests).toHaveLength(1);
    expect(together).toMatchObject({
      heldMeanBytes: 2.5 * 2 ** 30,
      mostMeanBytes: 4 * 2 ** 30,
      savedMeanBytes: 1.5 * 2 ** 30,
    });
    expect(together.hours).toBeCloseTo(1 / 6);
    expect(together.savedGibHours).toBeCloseTo(3 / 12);
    expect(together.savedPercent).toBeCloseTo(37.5);
    expect(together.moves).toBe(3);
  });

  it("counts no time in which nothing is known: a gap that is told, a long silence, lines that go back", () => {
    for (const [atS, gap] of [
      [60, true],
      [3000, false],
      [-3000, false],
    ] as const) {
      const { together } = figures([
        { atS: 0, gib: 1 },
        { atS: 10, gib: 1 },
        { atS: 10 + atS, gib: 1, gap },
        { atS: 20 + atS, gib: 1 },
      ]);
      expect(together.savedGibHours, String(atS)).toBeCloseTo((3 * 20) / 3600);
    }
  });

  it("adds up guests, the one that saved the most first", () => {
    const { guests, together } = figures([
      { atS: 0, gib: 3 },
      { atS: 0, gib: 1, guest: "b" },
      { atS: 100, gib: 3 },
      { atS: 100, gib: 1, guest: "b" },
    ]);
    expect(guests.map(({ guest, savedGibHours }) => [guest, Math.round(savedGibHours * 36)])).toEqual([
      ["b", 3],
      ["a", 1],
    ]);
    expect(together.heldMeanBytes).toBeCloseTo(4 * 2 ** 30);
    expect(together.hours).toBeCloseTo(100 / 3600);
  });

  it("is not known where there is one line, or none", () => {
    expect(figures([{ atS: 0, gib: 1 }]).together).toMatchObject({
      heldMeanBytes: null,
      savedPercent: null,
      savedGibHours: 0,
    });
    expect(figures([])).toMatchObject({ fromMs: null, guests: [], together: { moves: null } });
  });

  it("tells what the kernel counted, but not what it began again", () => {
    const at = (atS: number, oomKills: number, us: number): Line => {
      return { atS, gib: 1, more: { oomKills, psiSomeTotalUs: us, psiFullTotalUs: null } };
    };
    const { together } = figures([at(0, 1, 0), at(5, 3, 1_500_000), at(10, 0, 100), at(15, 1, 500_100)]);
    expect(together).toMatchObject({ oomKills: 3, waitedSeconds: 2, allWaitedSeconds: null, swapInPages: null });
  });

  it("tells how long each reason held", () => {
    const [guest] = figures([
      { atS: 0, gib: 1, reason: "hot_cache" },
      { atS: 36, gib: 1, reason: "lower" },
      { atS: 54, gib: 1, reason: "at_goal" },
    ]).guests;
    expect(guest?.reasonHours).toEqual({ hot_cache: 0.01, lower: 0.005 });
  });
});

describe("a recording without decisions", () => {
  it("is told by its own time, and that nothing was decided", () => {
    const tally = new Tally();
    for (const t of [10, 70]) tally.add(observationOf(readingsOf(2, { t })), null);
    const told = figuresOfTally(tally, NO_BAD);
    expect(told).toMatchObject({ isClock: false, hasDecisions: false, together: { moves: null } });
    expect(told.together.savedGibHours).toBeCloseTo(2 / 60);
    expect(reportLines(told).join("\n")).toContain("no daemon wrote it");
  });
});

describe("the worst moments", () => {
  const pressed = (atS: number, percent: number, guest = "a", more: Readings = {}): readonly Line[] => {
    return [
      { atS, guest, gib: 1, gap: true, more: { psiSomeTotalUs: 0, psiFullTotalUs: 0, oomKills: 0 } },
      {
        atS: atS + 10,
        guest,
        gib: 1,
        more: { psiSomeTotalUs: percent * 100_000, psiFullTotalUs: 0, oomKills: 0, ...more },
      },
    ];
  };

  it("are those with kills, then those with the most pressure, and say what was decided", () => {
    const { worst } = figures([
      ...pressed(0, 20),
      ...pressed(200, 60, "b"),
      ...pressed(400, 0, "c", { oomKills: 2 }),
      ...pressed(600, 1, "d"),
      { atS: 800, gib: 1, gap: true, guest: "e", reason: "emergency" },
    ]);
    expect(worst.map(({ guest }) => guest)).toEqual(["c", "b", "e", "a"]);
    expect(worst[0]).toMatchObject({ oomKills: 2, atMs: NOON_MS + 410_000, reason: "lower" });
    expect(worst[1]).toMatchObject({ somePercent: 60, fullPercent: 0 });
  });

  it("are told once a minute of a guest, and a bounded number of times", () => {
    const minute = [0, 1, 2, 3].flatMap((nth) => pressed(nth * 12, 20 + nth));
    expect(figures(minute).worst).toMatchObject([{ somePercent: 23 }]);
    const hours = Array.from({ length: 30 }, (_, nth) => pressed(nth * 100, 20 + nth)).flat();
    expect(figures(hours).worst.map(({ somePercent }) => somePercent)).toEqual([49, 48, 47, 46, 45]);
    const many = Array.from({ length: 40 }, (_, nth) => pressed(nth * 100, 20 + nth, `g${nth}`)).flat();
    expect(figures(many).worst).toHaveLength(20);
  });
});

describe("a recording of many guests", () => {
  it("is told in bounded memory, and says what was left out", () => {
    const tally = new Tally();
    for (let nth = 0; nth < 4100; nth += 1)
      for (const t of [0, 5]) tally.add(observationOf({ ...readingsOf(1, { t }), guest: `g${nth}` }), null);
    const told = figuresOfTally(tally, NO_BAD);
    expect(told.guests).toHaveLength(4096);
    expect(told.leftOutLines).toBe(8);
  });

  it("keeps few points of each", () => {
    const tally = tallyOf(Array.from({ length: 3000 }, (_, nth) => ({ atS: nth * 5, gib: 1 })));
    expect(tally.guests.get("a")?.sampler.moments().length).toBeLessThanOrEqual(480);
    expect(tally.host.moments().length).toBeLessThanOrEqual(480);
  });
});

describe("the report in words", () => {
  const lastingS = (seconds: number, more: Readings = {}): string => {
    const tally = new Tally();
    for (const t of [0, seconds / 3, (2 * seconds) / 3, seconds])
      tally.add(observationOf({ ...readingsOf(1, { t }), ...more }), null);
    return reportLines(figuresOfTally(tally, NO_BAD)).join("\n");
  };

  it("tells in minutes what is less than an hour", () => {
    expect(lastingS(30)).toMatch(/^0\.5 min without gaps, [\s\S]*\ng +0\.5 min .* 1\.5 GiB min /);
    expect(lastingS(1500)).toMatch(/^25 min without gaps, [\s\S]*\ng +25 min .* 1\.3 GiB h /);
  });
});
