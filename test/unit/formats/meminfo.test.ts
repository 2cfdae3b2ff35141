import { describe, expect, it } from "vitest";
import { findKib, parseMeminfo } from "../../../src/formats/meminfo.ts";
import { readFixture } from "../../support/fixtures.ts";

describe("parseMeminfo", () => {
  it("reads an idle Xen PV guest without swap", () => {
    expect(parseMeminfo(readFixture("xen/pv-idle/proc/meminfo"))).toEqual({
      memTotalKib: 456_044,
      memFreeKib: 407_612,
      memAvailableKib: 409_652,
      fileCacheKib: 1964 + 304,
      committedKib: 1008,
      swapTotalKib: 0,
      swapFreeKib: 0,
      zswappedKib: 0,
    });
  });

  it("reads a QEMU guest with zswap on Linux 6.12, and tells Zswapped from Zswap", () => {
    expect(parseMeminfo(readFixture("qemu/linux-6.12-zswap/proc/meminfo"))).toEqual({
      memTotalKib: 732_724,
      memFreeKib: 501_676,
      memAvailableKib: 447_012,
      fileCacheKib: 60,
      committedKib: 296_792,
      swapTotalKib: 1_059_780,
      swapFreeKib: 834_340,
      zswappedKib: 225_248,
    });
  });

  it.each([
    ["xen/pv-ballooned", 193_900, 146_224, 1012],
    ["xen/pv-stuck-inflate", 272_036, 18_532, 206_468],
    ["xen/pv-zram", 193_900, 10_004, 257_664],
    ["xen/pvh-ballooned", 197_640, 67_852, 1012],
    ["qemu/linux-6.1-after-oom", 230_848, 181_756, 32_816],
    ["qemu/linux-6.1-zswap", 725_684, 528_012, 297_008],
    ["qemu/linux-6.12-thrash", 475_460, 3996, 655_196],
  ])("reads %s", (guest, memTotalKib, memAvailableKib, committedKib) => {
    const meminfo = parseMeminfo(readFixture(`${guest}/proc/meminfo`));
    expect(meminfo).toMatchObject({ memTotalKib, memAvailableKib, committedKib });
  });

  it("gives null for a field that an older kernel does not have", () => {
    const old = "MemTotal:         456044 kB\nMemFree:          407612 kB\nCommitted_AS:       1008 kB\n";
    expect(parseMeminfo(old)).toEqual({
      memTotalKib: 456_044,
      memFreeKib: 407_612,
      memAvailableKib: null,
      fileCacheKib: null,
      committedKib: 1008,
      swapTotalKib: null,
      swapFreeKib: null,
      zswappedKib: null,
    });
  });

  it("gives null for a field that it can do without and that holds no whole number of kB", () => {
    const text = "MemTotal:  8 kB\nMemFree:  4\nMemAvailable:  -4 kB\nCommitted_AS:  1e3 kB\nSwapTotal:  ? kB\n";
    expect(parseMeminfo(text)).toMatchObject({
      memTotalKib: 8,
      memFreeKib: null,
      memAvailableKib: null,
      committedKib: null,
      swapTotalKib: null,
    });
  });

  it("does not believe that more swap is free than there is", () => {
    const swap = (free: string) =>
      parseMeminfo(`MemTotal:  8 kB\nSwapTotal:  4 kB\nSwapFree:  ${free} kB\n`).swapFreeKib;
    expect([swap("4"), swap("5"), swap("18014398509481980")]).toEqual([4, null, null]);
  });

  it("does not judge fields that it has no use for", () => {
    const text = "MemTotal:  8 kB\nVmallocTotal:   99999999999999999999 kB\nHugePages_Total:       0\nNew thing\n";
    expect(parseMeminfo(text).memTotalKib).toBe(8);
  });

  it("says that MemTotal is missing", () => {
    expect(() => parseMeminfo("MemFree:  8 kB\n")).toThrow(
      "/proc/meminfo must hold a line MemTotal, but there is none",
    );
  });

  it("refuses a field in another unit or without one", () => {
    expect(() => parseMeminfo("MemTotal:  8 MB\n")).toThrow(
      '/proc/meminfo must hold a whole number of kB above 0 as MemTotal, but it is "  8 MB"',
    );
    expect(() => parseMeminfo("MemTotal:  8\n")).toThrow("whole number of kB");
    expect(() => parseMeminfo("MemTotal:       0 kB\n")).toThrow("above 0");
  });
});

describe("findKib", () => {
  const text = readFixture("xen/pv-zram/proc/meminfo");

  it("finds one field, the first one included, by its whole name at the start of a line", () => {
    expect(findKib(text, "MemTotal")).toBe(193_900);
    expect(findKib(text, "MemAvailable")).toBe(10_004);
    expect(findKib(text, "Total")).toBeNull();
    expect(findKib(text, "SwapTot")).toBeNull();
  });

  it("takes the first of two lines of one name", () => {
    expect(findKib("MemFree: 1 kB\nMemFree: 2 kB\n", "MemFree")).toBe(1);
  });

  it("has none in a text that ends within the field", () => {
    const from = text.indexOf("MemAvailable");
    expect(findKib(text.slice(0, from + 22), "MemAvailable")).toBeNull();
  });
});
