import { describe, expect, it } from "vitest";
import { parseZoneinfo } from "../../../src/formats/zoneinfo.ts";
import { readFixture } from "../../support/fixtures.ts";

interface ZoneText {
  readonly node?: number;
  readonly high: number;
  readonly protection: readonly number[];
  readonly managed: number;
  readonly present?: number;
  readonly spanned?: number;
  readonly startPfn: number | null;
  readonly cpus?: number;
}

/** A zone as Linux 6.x writes it. */
function zoneText(zone: ZoneText): string {
  const { node = 0, high, protection, managed, present = managed, spanned = present, startPfn, cpus = 1 } = zone;
  const pagesets = Array.from(
    { length: cpus },
    (_, cpu) => `    cpu: ${cpu}\n              count: 9\n              high:  77777\n              batch: 63\n`,
  );
  const populated = `      nr_free_pages 7\n  pagesets\n${pagesets.join("")}  node_unreclaimable:  0\n`;
  return [
    `Node ${node}, zone   Normal\n  per-node stats\n      nr_inactive_anon 33\n  pages free     7\n        boost    0\n`,
    `        min      1\n        low      2\n        high     ${high}\n        promo    9\n        spanned  ${spanned}\n`,
    `        present  ${present}\n        managed  ${managed}\n        cma      0\n`,
    `        protection: (${protection.join(", ")})\n`,
    startPfn === null ? "" : `${populated}  start_pfn:           ${startPfn}\n`,
  ].join("");
}

describe("parseZoneinfo", () => {
  // The reserves were added up by hand: DMA's largest protection + high, and DMA32's high.
  it.each([
    ["xen/pv-idle", { totalreservePages: 417 + 33 + 962, maxPfn: 262_144, managedPages: 3984 + 110_027 }],
    ["xen/pv-ballooned", { totalreservePages: 1424, maxPfn: 262_144, managedPages: 48_475 }],
    ["xen/pv-stuck-inflate", { totalreservePages: 1412, maxPfn: 262_144, managedPages: 67_927 }],
    ["xen/pvh-ballooned", { totalreservePages: 433 + 266 + 16_627, maxPfn: 262_144, managedPages: 3840 + 45_570 }],
    ["qemu/linux-6.1-zswap", { totalreservePages: 13_761, maxPfn: 196_573, managedPages: 181_421 }],
    ["qemu/linux-6.12-zswap", { totalreservePages: 680 + 284 + 12_962, maxPfn: 196_573, managedPages: 183_181 }],
    ["qemu/linux-6.12-thrash", { totalreservePages: 1435, maxPfn: 131_040, managedPages: 118_865 }],
    ["qemu/linux-6.12-boosted", { totalreservePages: 428 + 32 + 2437 - 1462, maxPfn: 131_040, managedPages: 118_865 }],
  ])("reads %s", (guest, expected) => {
    expect(parseZoneinfo(readFixture(`${guest}/proc/zoneinfo`))).toMatchObject(expected);
  });

  it("does not take what Xen's Device zone of a PVH guest spans for RAM", () => {
    const text = readFixture("xen/pvh-ballooned/proc/zoneinfo");
    expect(text).toMatch(/zone +Device\n[^N]*spanned +32768\n/);
    expect(parseZoneinfo(text).maxPfn).toBe(4096 + 258_048);
  });

  it("cuts a zone's reserve at the pages that it manages", () => {
    const small = zoneText({ high: 30, protection: [0, 9000, 9100], managed: 500, startPfn: 1 });
    const large = zoneText({ high: 40, protection: [0, 0, 0], managed: 90_000, startPfn: 4096 });
    expect(parseZoneinfo(small + large).totalreservePages).toBe(500 + 40);
  });

  it("takes the largest protection wherever it stands", () => {
    const text = zoneText({ high: 30, protection: [0, 700, 650], managed: 5000, startPfn: 1 });
    expect(parseZoneinfo(text).totalreservePages).toBe(730);
  });

  it("keeps nothing for a zone without pages, though its watermark is set", () => {
    const movable = zoneText({ high: 32, protection: [0, 0], managed: 0, startPfn: null });
    const normal = zoneText({ high: 100, protection: [0, 0], managed: 5000, startPfn: 0 });
    expect(parseZoneinfo(normal + movable).totalreservePages).toBe(100);
  });

  it("adds up 8 nodes of 512 processors, whose page lists have a `high:` each", () => {
    const nodes = Array.from({ length: 8 }, (_, node) =>
      zoneText({ node, high: 1000, protection: [0, 0], managed: 1_000_000, startPfn: node * 2 ** 20, cpus: 512 }),
    );
    expect(parseZoneinfo(nodes.join(""))).toEqual({
      totalreservePages: 8000,
      lowPages: 16,
      maxPfn: 7 * 2 ** 20 + 1_000_000,
      managedPages: 8_000_000,
    });
  });

  it("takes the highest zone for max_pfn, not the last", () => {
    const high = zoneText({ node: 1, high: 1, protection: [0], managed: 10, spanned: 50, startPfn: 1000 });
    const low = zoneText({ high: 1, protection: [0], managed: 10, spanned: 20, startPfn: 0 });
    expect(parseZoneinfo(high + low).maxPfn).toBe(1050);
  });

  it("does not count what a fragmented zone adds to its watermarks: a reserve is computed without it", () => {
    const calm = zoneText({ high: 1000, protection: [0, 0], managed: 90_000, startPfn: 0 });
    const boosted = calm
      .replace("boost    0", "boost    700")
      .replace("low      2", "low      702")
      .replace("high     1000", "high     1700");
    expect(parseZoneinfo(boosted)).toEqual(parseZoneinfo(calm));
    // Linux before 5.11 has no such line.
    expect(parseZoneinfo(calm.replace(/^ +boost.*\n/m, ""))).toEqual(parseZoneinfo(calm));
  });

  it("takes present pages for managed ones before Linux 3.9, whose zones do not tell those", () => {
    const old = zoneText({ high: 30, protection: [0, 1], managed: 500, present: 4000, spanned: 4096, startPfn: 1 });
    const without = old.replace(/^ +managed.*\n/m, "");
    expect(parseZoneinfo(without)).toMatchObject({ managedPages: 4000, totalreservePages: 31, maxPfn: 4097 });
  });

  it("passes over blocks that are no zones", () => {
    const zone = zoneText({ high: 30, protection: [0, 1], managed: 500, startPfn: 1 });
    const perNode = "Node 0, per-node stats\n      nr_inactive_anon 33\n      nr_active_anon 12\n";
    expect(parseZoneinfo(perNode + zone)).toEqual(parseZoneinfo(zone));
  });

  it("reads a machine of 768 processors, whose text has 1.4 MB", () => {
    const cpus = 768;
    const text = [
      zoneText({ high: 32, protection: [0, 700], managed: 3840, startPfn: 1, cpus }),
      ...Array.from({ length: 24 }, (_, node) =>
        zoneText({ node, high: 100, protection: [0, 0], managed: 5000, startPfn: 4096 * (node + 1), cpus }),
      ),
    ].join("");
    expect(text.length).toBeGreaterThan(1_400_000);
    expect(parseZoneinfo(text).totalreservePages).toBe(732 + 2400);
  });

  it.each(["low      ", "high     ", "spanned  ", "present  ", "protection:", "start_pfn:"])(
    "refuses a zone with pages that has no line `%s`: the text was cut",
    (line) => {
      const whole = zoneText({ high: 30, protection: [0, 1], managed: 500, startPfn: 1 });
      const without = whole.replace(new RegExp(`^ +${line}.*\n`, "m"), "");
      expect(without.length).toBeLessThan(whole.length);
      expect(() => parseZoneinfo(without)).toThrow(/must hold a line \w+ in every zone, but one has none/);
    },
  );

  it("refuses a text in which no zone has pages", () => {
    const empty = zoneText({ high: 0, protection: [0], managed: 0, startPfn: null });
    expect(() => parseZoneinfo(empty)).toThrow("/proc/zoneinfo must hold a zone with pages, but there is none");
  });

  it("refuses zones whose sum nobody can have", () => {
    const zone = zoneText({ high: 1, protection: [0], managed: 2 ** 52, present: 1, startPfn: 0 });
    expect(() => parseZoneinfo(zone + zone)).toThrow("managed of all zones");
  });
});
