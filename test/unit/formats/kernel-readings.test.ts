import { describe, expect, it } from "vitest";
import { missingReadings } from "../../../src/core/observation.ts";
import { type KernelSources, kernelReadings } from "../../../src/formats/kernel-readings.ts";
import { parseMeminfo } from "../../../src/formats/meminfo.ts";
import { parseZoneinfo } from "../../../src/formats/zoneinfo.ts";
import { readFixture } from "../../support/fixtures.ts";

const KIB_PER_PAGE = 4;

/** A captured guest, of whose files some are changed. */
function readings(guest: string, change: Partial<KernelSources> = {}, meminfoText?: string) {
  const file = (name: string): string => readFixture(`${guest}/proc/${name}`);
  const meminfo = parseMeminfo(meminfoText ?? file("meminfo"));
  return kernelReadings({
    meminfo,
    totalKib: meminfo.memTotalKib,
    pageBytes: 4096,
    // Of the guest with zram only the files that move were captured; it is the ballooned one.
    zones: parseZoneinfo(readFixture(`${guest.replace("pv-zram", "pv-ballooned")}/proc/zoneinfo`)),
    vmstat: file("vmstat"),
    pressureMemory: file("pressure/memory"),
    ...change,
  });
}

const meminfoOf = (guest: string) => readFixture(`${guest}/proc/meminfo`);
const without = (text: string, ...fields: readonly string[]): string =>
  fields.reduce((rest, field) => rest.replace(new RegExp(`^${field.replace(/[()]/g, "\\$&")}:.*\n`, "m"), ""), text);

describe("the readings of a kernel", () => {
  it.each([
    ["there are none", null],
    ["they are empty", ""],
    ["they hold something else", "cat: read error: Operation not supported\n"],
    ["they are cut off", "some avg10=0.0"],
  ])("have null for pressure and counters where %s, and all the rest", (_, text) => {
    const whole = readings("xen/pv-zram");
    expect(readings("xen/pv-zram", { vmstat: text, pressureMemory: text })).toEqual({
      ...whole,
      psiSomeTotalUs: null,
      psiFullTotalUs: null,
      refaultPages: null,
      swapInPages: null,
      swapOutPages: null,
      oomKills: null,
      allocStalls: null,
    });
  });

  it("have null for the reserve and the highest page frame where the zones can't be read, and all the rest", () => {
    const whole = readings("xen/pv-zram");
    expect(readings("xen/pv-zram", { zones: null })).toEqual({ ...whole, totalreservePages: null, maxPfn: null });
  });

  // What MemAvailable holds besides is the kernel's own caches that can be reclaimed, less than 9 MiB in these guests.
  it.each([
    "xen/pv-idle",
    "xen/pv-ballooned",
    "xen/pv-zram",
    "xen/pvh-ballooned",
    "qemu/linux-6.1-after-oom",
    "qemu/linux-6.12-thrash",
  ])("have free memory and the cache of files in the place of MemAvailable before Linux 3.14: %s", (guest) => {
    const told = readings(guest).availablePages ?? 0;
    const stoodIn = readings(guest, {}, without(meminfoOf(guest), "MemAvailable")).availablePages ?? -1;
    expect(stoodIn).toBeGreaterThan(0);
    expect(stoodIn).toBeLessThanOrEqual(told + 32);
    expect(told - stoodIn).toBeLessThan((9 * 1024) / KIB_PER_PAGE);
  });

  it("take off the reserve, and from the cache the low watermarks or half of it, whichever is less", () => {
    const available = (free: number, active: number, inactive: number) =>
      readings(
        "xen/pv-idle",
        { zones: { totalreservePages: 1000, lowPages: 500, maxPfn: 200_000 } },
        `MemTotal: 400000 kB\nMemFree: ${free} kB\nActive(file): ${active} kB\nInactive(file): ${inactive} kB\n`,
      ).availablePages;
    expect(available(40_000, 20_000, 20_000)).toBe(10_000 - 1000 + 10_000 - 500);
    expect(available(40_000, 400, 400)).toBe(10_000 - 1000 + 100);
    expect(available(3000, 0, 0)).toBe(0);
  });

  it("count hugepages as in use, as MemAvailable does", () => {
    const text =
      "MemTotal: 8000000 kB\nMemFree: 1000000 kB\nActive(file): 0 kB\nInactive(file): 0 kB\nHugePages_Total: 2560\n";
    const { availablePages, totalramPages } = readings("xen/pv-idle", {}, text);
    expect((totalramPages ?? 0) - (availablePages ?? 0)).toBeGreaterThan(7_000_000 / KIB_PER_PAGE);
  });

  it("count what an old kernel does not tell as in use", () => {
    const text = "MemTotal: 400000 kB\nMemFree: 40000 kB\nCached: 300000 kB\n";
    expect(readings("xen/pv-idle", {}, text).availablePages).toBe(10_000 - 1412);
    expect(readings("xen/pv-idle", {}, "MemTotal: 400000 kB\n").availablePages).toBeNull();
  });

  it("have what is in use or swapped out in the place of Committed_AS, so that a step can be taken", () => {
    const { totalramPages, availablePages, committedPages } = readings(
      "xen/pv-zram",
      {},
      without(meminfoOf("xen/pv-zram"), "Committed_AS"),
    );
    const swapped = (524_284 - 397_820) / KIB_PER_PAGE;
    expect(committedPages).toBe((totalramPages ?? 0) - (availablePages ?? 0) + swapped);
  });

  it("do not reckon with swap whose numbers are absurd", () => {
    const text = without(meminfoOf("xen/pv-zram"), "Committed_AS").replace(/^SwapFree:.*$/m, "SwapFree: 999999999 kB");
    const { totalramPages, availablePages, committedPages } = readings("xen/pv-zram", {}, text);
    expect(committedPages).toBe((totalramPages ?? 0) - (availablePages ?? 0));
  });

  it("lack nothing that a step needs in a kernel of 2013", () => {
    const old = without(meminfoOf("xen/pv-idle"), "MemAvailable", "Zswap", "Zswapped", "KReclaimable");
    const missing = missingReadings({
      t: 0,
      guest: "g",
      frontswapPages: null,
      balloonCurrentPages: 1,
      balloonMaxPages: 1,
      ...readings("xen/pv-idle", { vmstat: "pgfault 5\n", pressureMemory: null }, old),
    });
    expect(missing).toEqual([]);
  });
});
