import { describe, expect, it } from "vitest";
import {
  agentReadings,
  type FileTexts,
  GUEST_FILES,
  seldomReadings,
} from "../../../../src/backends/host/agent-readings.ts";
import { type BalloonState, requireSafeTarget } from "../../../../src/backends/host/balloon-state.ts";
import { Freshness } from "../../../../src/backends/host/freshness.ts";
import { type AgedStatistics, chooseReadings, sourceNotices } from "../../../../src/backends/host/source.ts";
import { heldReadings, isOfUse, NO_STATISTICS, statisticsReadings } from "../../../../src/backends/host/statistics.ts";
import { parseGuestStatistics } from "../../../../src/backends/qemu/statistics.ts";
import { selfballoonError } from "../../../../src/core/errors.ts";
import { missingReadings } from "../../../../src/core/observation.ts";
import { readFixture } from "../../../support/fixtures.ts";

const MIB = 1_048_576;
const MAXIMUM_BYTES = 512 * MIB;

/** A real guest of 512 MiB, as its agent and as QEMU told it. */
function captured(kernel: string, state: string) {
  const folder = `qemu/balloon/${kernel}/${state}`;
  const captures = GUEST_FILES.filter((path) => path !== "/proc/self/auxv");
  const texts = captures.map((path) => readFixture(`${folder}/${path.replace("/proc/", "").replace("/", "_")}`));
  const qmp = JSON.parse(readFixture(`${folder}/qmp.json`));
  const balloon: BalloonState = {
    currentBytes: qmp["query-balloon"].actual,
    maximumBytes: MAXIMUM_BYTES,
    unballoonedBytes: 0,
    totalIsConstant: kernel.endsWith("deflate-on-oom"),
  };
  return { texts, balloon, ...parseGuestStatistics(qmp["guest-stats"]) };
}

/** What texts of all the files say. */
function readingsOf(texts: FileTexts, balloon: BalloonState): ReturnType<typeof agentReadings> {
  return agentReadings(texts, seldomReadings(texts, null), balloon);
}

/** Readings of which all that a step needs are missing. */
const NOTHING = heldReadings(NO_STATISTICS, {
  currentBytes: 0,
  maximumBytes: 0,
  unballoonedBytes: 0,
  totalIsConstant: false,
});

const STATES = ["1-fresh", "2-hog150", "3-balloon300"];

describe("the readings of a real guest, through its agent", () => {
  it.each(STATES)("mean the same with deflate-on-oom as without it (%s)", (state) => {
    const plain = captured("linux-6.1", state);
    const deflating = captured("linux-6.1-deflate-on-oom", state);
    const [without, withIt] = [plain, deflating].map(({ texts, balloon }) => readingsOf(texts, balloon));
    // two runs of the same guest: their kernels took the same at boot, within 1 MiB
    expect(Math.abs(Number(withIt?.totalramPages) - Number(without?.totalramPages))).toBeLessThan(256);
    expect(withIt?.balloonCurrentPages).toBe(without?.balloonCurrentPages);
  });

  it("are the RAM that it has, its balloon and its maximum", () => {
    const { texts, balloon } = captured("linux-6.1", "3-balloon300");
    expect(readingsOf(texts, balloon)).toMatchObject({
      pageBytes: 4096,
      totalramPages: 251_328 / 4,
      committedPages: 194_604 / 4,
      balloonCurrentPages: 300 * 256,
      balloonMaxPages: 512 * 256,
      frontswapPages: 0,
    });
  });

  it("count what zswap and zram devices hold as compressed swap", () => {
    const { texts, balloon } = captured("linux-6.1", "1-fresh");
    const [meminfo = "", vmstat, pressure, zoneinfo] = texts;
    const swaps = readFixture("qemu/balloon/linux-6.1/1-fresh/swaps");
    const withZram = `${swaps}/dev/zram0 partition 262140 8192 100\n/dev/sda2 partition 262140 4096 -2\n`;
    const zswapped = meminfo.replace(/Zswapped: +0 kB/, "Zswapped:         4000 kB");
    const readings = readingsOf([zswapped, vmstat ?? null, pressure ?? null, zoneinfo ?? null, withZram], balloon);
    expect(readings?.frontswapPages).toBe((4000 + 8192) / 4);
  });

  it("count a zram device whose /dev went with who swapped it on, and no file that is named like one", () => {
    const { texts, balloon } = captured("linux-6.1", "1-fresh");
    const [meminfo = "", vmstat, pressure, zoneinfo] = texts;
    const swaps = readFixture("qemu/balloon/linux-6.1/1-fresh/swaps");
    const withZram = `${swaps}/zram0 partition 262140 8192 100\n/dev/zram-file file 262140 4096 -2\n`;
    const readings = readingsOf([meminfo, vmstat ?? null, pressure ?? null, zoneinfo ?? null, withZram], balloon);
    expect(readings?.frontswapPages).toBe(8192 / 4);
  });

  it("have no compressed swap where the guest can have none", () => {
    const { texts, balloon } = captured("linux-6.1", "1-fresh");
    const [meminfo = "", vmstat, pressure, zoneinfo] = texts;
    const without = meminfo.replace(/Zswapped:.*\n/, "");
    const readings = readingsOf([without, vmstat ?? null, pressure ?? null, zoneinfo ?? null, null], balloon);
    expect(readings?.frontswapPages).toBeNull();
  });

  it("are refused where the guest says that it has no memory", () => {
    const { texts, balloon } = captured("linux-6.1", "1-fresh");
    const [meminfo = ""] = texts;
    const empty = meminfo.replace(/MemTotal: +\d+ kB/, "MemTotal:              0 kB");
    expect(() => readingsOf(texts.with(0, empty), balloon)).toThrow("above 0 as MemTotal");
  });

  it("are none where the guest is no Linux", () => {
    const { balloon } = captured("linux-6.1", "1-fresh");
    expect(readingsOf([null, null, null, null, null], balloon)).toBeNull();
  });

  it.each([
    ["pressure", 2, { psiSomeTotalUs: null, psiFullTotalUs: null }],
    ["counters", 1, { oomKills: null, swapInPages: null, swapOutPages: null, refaultPages: null, allocStalls: null }],
    ["swap areas", 4, {}],
  ])("are all that there is where the guest's %s make no sense", (_, index, lacking) => {
    const { texts, balloon } = captured("linux-6.1", "1-fresh");
    for (const nonsense of ["", "none\tvirtual\n", "cut"]) {
      const odd = texts.map((text, at) => (at === index ? nonsense : text));
      expect(readingsOf(odd, balloon)).toEqual({ ...readingsOf(texts, balloon), ...lacking });
    }
  });

  it.each(["", "rubbish\n", "Node 0, zone      DMA\n  pages free     7\n"])(
    "are left to the weaker source where the guest's zones hold %j",
    (zoneinfo) => {
      const { texts, balloon } = captured("linux-6.1", "1-fresh");
      expect(readingsOf(texts.with(3, zoneinfo), balloon)).toBeNull();
    },
  );

  it("keep the guest's page size when memory was plugged since its zones were read", () => {
    const { texts, balloon } = captured("linux-6.1", "1-fresh");
    const plugged = { ...balloon, currentBytes: 4 * MAXIMUM_BYTES, maximumBytes: 4 * MAXIMUM_BYTES };
    const grown = texts.with(0, String(texts[0]).replace(/MemTotal: +\d+/, "MemTotal:         1900000"));
    const readings = agentReadings(grown, seldomReadings(texts, null), plugged);
    expect(readings).toMatchObject({ pageBytes: 4096, totalramPages: 1_900_000 / 4 });
    // The numbers are read again at a moment in which they have parted by as much as a larger page would make.
    const after = seldomReadings(grown, seldomReadings(texts, null));
    expect(agentReadings(grown, after, plugged)).toMatchObject({ pageBytes: 4096, totalramPages: 1_900_000 / 4 });
  });

  it("take the kernel's word for the page size before any estimate", () => {
    const { texts, balloon } = captured("linux-6.1", "1-fresh");
    const auxv = Buffer.alloc(32);
    auxv[0] = 6;
    auxv[10] = 1;
    const told = seldomReadings([...texts, auxv.toString("latin1")], seldomReadings(texts, null));
    expect(agentReadings(texts, told, balloon)?.pageBytes).toBe(65_536);
  });

  it("have substitutes for what a kernel of 2012 does not tell", () => {
    const { texts, balloon } = captured("linux-6.1", "2-hog150");
    const [meminfo = "", vmstat = "", pressure, zoneinfo = ""] = texts.map(String);
    const old = [
      meminfo.replace(/^(?:MemAvailable|Zswap|Zswapped):.*\n/gm, ""),
      vmstat,
      null,
      zoneinfo.replace(/^ +(?:managed|boost|promo|cma) .*\n/gm, ""),
    ];
    expect(pressure).not.toBeNull();
    const readings = readingsOf(old, balloon);
    const today = readingsOf(texts, balloon);
    expect(missingReadings({ t: 0, guest: "g", ...(readings ?? NOTHING) })).toEqual([]);
    expect(readings?.pageBytes).toBe(4096);
    expect(readings?.availablePages).toBeLessThanOrEqual(Number(today?.availablePages) + 32);
    expect(readings?.availablePages).toBeGreaterThan(Number(today?.availablePages) / 2);
  });

  it.each([
    ["more RAM than the machine has", /MemTotal: +\d+/, "MemTotal:         560000"],
    ["more available than there is", /MemAvailable: +\d+/, "MemAvailable:   99999999"],
  ])("are refused when the guest claims %s", (_, honest, claim) => {
    const { texts, balloon } = captured("linux-6.1", "1-fresh");
    const [meminfo = "", ...others] = texts;
    expect(() => readingsOf([meminfo.replace(honest, claim), ...others], balloon)).toThrow(/\/proc\/meminfo/);
  });
});

describe("the estimate of a guest without an agent", () => {
  it.each(
    ["linux-6.1", "linux-6.1-deflate-on-oom", "linux-6.12"].flatMap((kernel) => STATES.map((state) => [kernel, state])),
  )("is the RAM that a real one had, and no less than what it needed (%s, %s)", (kernel = "", state = "") => {
    const { texts, balloon, statistics } = captured(kernel, state);
    const truth = readingsOf(texts, balloon);
    const estimate = statisticsReadings(statistics, balloon);
    expect(missingReadings({ t: 0, guest: "g", ...estimate })).toEqual([]);
    expect(estimate.totalramPages).toBe(truth?.totalramPages);
    const needs = (r: typeof estimate | null): number => Number(r?.committedPages) + Number(r?.totalreservePages);
    expect(needs(estimate)).toBeGreaterThanOrEqual(needs(truth));
    expect(needs(estimate)).toBeLessThan(Number(estimate.totalramPages) + 128 * 256);
  });

  const balloon: BalloonState = {
    currentBytes: 400 * MIB,
    maximumBytes: MAXIMUM_BYTES,
    unballoonedBytes: 0,
    totalIsConstant: false,
  };
  const said = { ...NO_STATISTICS, totalBytes: 350 * MIB, availableBytes: 250 * MIB, freeBytes: 200 * MIB };

  it("counts what was swapped out and not read back", () => {
    const swapped = { ...said, swapOutBytes: 80 * MIB, swapInBytes: 30 * MIB };
    expect(statisticsReadings(said, balloon).committedPages).toBe(100 * 256);
    expect(statisticsReadings(swapped, balloon).committedPages).toBe(150 * 256);
  });

  it("falls back to free memory and caches where an old driver does not say what is available", () => {
    const old = { ...said, availableBytes: null, cacheBytes: 20 * MIB };
    expect(statisticsReadings(old, balloon)).toMatchObject({ committedPages: 130 * 256, availablePages: null });
  });

  it.each([
    ["nothing", NO_STATISTICS],
    ["more than the machine has", { ...said, totalBytes: 4096 * MIB }],
    ["only its total", { ...NO_STATISTICS, totalBytes: 350 * MIB }],
  ])("is missing when the guest says %s", (_, statistics) => {
    expect(statisticsReadings(statistics, balloon).committedPages).toBeNull();
  });

  it("leaves out what contradicts itself", () => {
    const absurd = { ...said, availableBytes: 999 * MIB };
    expect(statisticsReadings(absurd, balloon)).toMatchObject({ availablePages: null, committedPages: 150 * 256 });
  });

  it("hold no size where the guest says that it has nothing", () => {
    const nothing = { ...NO_STATISTICS, totalBytes: 0, availableBytes: 0, freeBytes: 0 };
    expect(statisticsReadings(nothing, balloon)).toMatchObject({ totalramPages: null, committedPages: null });
    expect(isOfUse(nothing)).toBe(false);
  });
});

describe("the choice of a source", () => {
  const { texts, balloon, statistics } = captured("linux-6.1", "1-fresh");
  const aged =
    (ageMs: number | null, periodMs = 1000) =>
    (): Promise<AgedStatistics> =>
      Promise.resolve({ statistics, ageMs, periodMs });
  const lost = { kind: "lost" } as const;
  const absent = { kind: "absent" } as const;
  const unasked = (): Promise<AgedStatistics> => Promise.reject(new Error("the statistics were not needed"));

  it("is the agent where it answers, without asking for statistics", async () => {
    const readings = readingsOf(texts, balloon);
    if (readings === null) throw new Error("the fixture is no guest's");
    const chosen = await chooseReadings({ kind: "readings", readings, pageFaults: null }, unasked, balloon);
    expect(chosen).toMatchObject({ source: "agent", readings });
  });

  it("is the statistics where there never was an agent", async () => {
    expect(await chooseReadings(absent, aged(1000), balloon)).toMatchObject({ source: "statistics" });
  });

  const error = selfballoonError("ERR_FORMAT", { what: "/proc/meminfo", expected: "a size", problem: "it is none" });
  const nonsense = { kind: "nonsense", error } as const;

  it("is the statistics where what the agent says can't be, and where there are none that is said", async () => {
    expect(await chooseReadings(nonsense, aged(1000), balloon)).toMatchObject({ source: "agent_nonsense" });
    await expect(chooseReadings(nonsense, aged(null), balloon)).rejects.toBe(error);
  });

  it("is none where the agent was lost: only what the balloon and the statistics know is kept", async () => {
    const { source, readings } = await chooseReadings(lost, aged(1000), balloon);
    expect(source).toBe("agent_lost");
    expect(readings.balloonCurrentPages).toBe(512 * 256);
    expect(readings.availablePages).toBeGreaterThan(0);
    expect(missingReadings({ t: 0, guest: "g", ...readings })).toEqual([
      "totalramPages",
      "committedPages",
      "totalreservePages",
      "maxPfn",
    ]);
  });

  it.each([
    [5000, 1000, "statistics"],
    [5001, 1000, "statistics_frozen"],
    [30_000, 10_000, "statistics"],
    [30_001, 10_000, "statistics_frozen"],
    [null, 1000, "statistics_frozen"],
  ])("with statistics that stood still for %s ms at a period of %s ms is %s", async (ageMs, periodMs, source) => {
    const chosen = await chooseReadings(absent, aged(ageMs, periodMs), balloon);
    expect(chosen.source).toBe(source);
    expect(chosen.readings.availablePages === null).toBe(source === "statistics_frozen");
  });

  it("is told when it changes, once", () => {
    const codes = (...args: Parameters<typeof sourceNotices>): string[] =>
      sourceNotices(...args).map(({ code }) => code);
    expect(codes(null, "agent", null)).toEqual([]);
    expect(codes("agent", "agent", null)).toEqual([]);
    expect(codes("agent", "agent_lost", 0)).toEqual(["agent_lost"]);
    expect(codes("agent_lost", "agent_lost", 0)).toEqual([]);
    expect(codes("agent_lost", "agent", null)).toEqual(["agent_back"]);
    expect(codes("agent", "agent_nonsense", 0)).toEqual(["agent_nonsense"]);
    expect(codes("agent_nonsense", "agent_nonsense", 0)).toEqual([]);
    expect(codes("agent_nonsense", "agent", null)).toEqual(["agent_back"]);
    expect(codes(null, "statistics", 0)).toEqual(["weaker_source"]);
    expect(codes("statistics", "statistics_frozen", 7000)).toEqual(["statistics_frozen"]);
    expect(codes(null, "statistics_frozen", null)).toEqual([]);
  });
});

describe("the age of statistics", () => {
  it("is counted by our clock from when their stamp last changed, whichever way it went", () => {
    const freshness = new Freshness();
    expect(freshness.ageMs(100, 5000)).toBe(0);
    expect(freshness.ageMs(100, 9000)).toBe(4000);
    expect(freshness.ageMs(50, 9500)).toBe(0);
    expect(freshness.ageMs(50, 9501)).toBe(1);
  });

  it("is unknown while there are none", () => {
    expect([new Freshness().ageMs(0, 1), new Freshness().ageMs(null, 1)]).toEqual([null, null]);
  });
});

describe("the last check of a target", () => {
  it.each([64 * MIB, 300 * MIB, MAXIMUM_BYTES])("takes %s bytes", (bytes) => {
    expect(() => requireSafeTarget(bytes, MAXIMUM_BYTES)).not.toThrow();
  });

  it.each([0, 1, -1, Number.NaN, Number.POSITIVE_INFINITY, 64 * MIB - 1, 100.5 * MIB + 0.5, MAXIMUM_BYTES + 1])(
    "refuses %s bytes",
    (bytes) => {
      expect(() => requireSafeTarget(bytes, MAXIMUM_BYTES)).toThrow(/nothing was written/);
    },
  );

  it("lets a machine smaller than the least have only its maximum", () => {
    expect(() => requireSafeTarget(32 * MIB, 32 * MIB)).not.toThrow();
    expect(() => requireSafeTarget(31 * MIB, 32 * MIB)).toThrow();
  });
});
