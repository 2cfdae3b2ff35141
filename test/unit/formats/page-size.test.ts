import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { findKib } from "../../../src/formats/meminfo.ts";
import { estimatePageBytes, parseAuxvPageBytes } from "../../../src/formats/page-size.ts";
import { parseZoneinfo } from "../../../src/formats/zoneinfo.ts";
import { readFixture } from "../../support/fixtures.ts";

/** Entries of the auxiliary vector as a kernel of this kind writes them, a character for each byte. */
function auxv(entries: readonly (readonly [number, number])[], wordBytes: 4 | 8, isLittleEndian: boolean): string {
  const words = entries.flat().map((value) => {
    const word = Buffer.alloc(8);
    word.writeBigUInt64LE(BigInt(value));
    const used = word.subarray(0, wordBytes);
    return isLittleEndian ? used : used.reverse();
  });
  return Buffer.concat(words).toString("latin1");
}

const ENTRIES = [
  [33, 0x7ffe_1234_5000 % 2 ** 32],
  [16, 0x178b_fbff],
  [6, 65_536],
  [17, 100],
  [0, 0],
] as const;

describe("the page size that the kernel tells", () => {
  it("is this machine's own, in this process's auxiliary vector", () => {
    const told = parseAuxvPageBytes(readFileSync("/proc/self/auxv", "latin1"));
    const smaps = /^KernelPageSize: +(\d+) kB$/m.exec(readFileSync("/proc/self/smaps", "utf8"))?.[1];
    expect(told).toBe(Number(smaps) * 1024);
  });

  it.each([
    ["64 bits, the lowest byte first", 8, true],
    ["32 bits, the lowest byte first", 4, true],
    ["64 bits, the highest byte first", 8, false],
    ["32 bits, the highest byte first", 4, false],
  ] as const)("is found in words of %s", (_, wordBytes, isLittleEndian) => {
    expect(parseAuxvPageBytes(auxv(ENTRIES, wordBytes, isLittleEndian))).toBe(65_536);
  });

  it.each([
    ["empty", ""],
    ["text", "MemTotal:        8 kB\n"],
    [
      "without the entry",
      auxv(
        [
          [16, 1],
          [0, 0],
        ],
        8,
        true,
      ),
    ],
    ["with an entry that is no page size", auxv([[6, 4097]], 8, true)],
    ["cut off within the entry", auxv([[6, 4096]], 8, true).slice(0, 12)],
  ])("is not there in one that is %s", (_, text) => {
    expect(parseAuxvPageBytes(text)).toBeNull();
  });
});

describe("the page size that is estimated", () => {
  it.each([
    "xen/pv-idle",
    "xen/pv-ballooned",
    "xen/pv-floor",
    "xen/pv-stuck-inflate",
    "xen/pvh-ballooned",
    "qemu/linux-6.1-after-oom",
    "qemu/linux-6.1-zswap",
    "qemu/linux-6.12-boosted",
    "qemu/linux-6.12-thrash",
    "qemu/linux-6.12-zswap",
  ])("is 4 KiB in %s", (guest) => {
    const memTotalKib = findKib(readFixture(`${guest}/proc/meminfo`), "MemTotal") ?? 0;
    const { managedPages } = parseZoneinfo(readFixture(`${guest}/proc/zoneinfo`));
    expect(estimatePageBytes(memTotalKib, managedPages)).toBe(4096);
  });

  it.each([4096, 16_384, 65_536])("is %i bytes, a quarter more or less", (bytes) => {
    expect(estimatePageBytes(100 * (bytes / 1024), 100)).toBe(bytes);
    expect(estimatePageBytes(100 * (bytes / 1024), 80)).toBe(bytes);
    expect(estimatePageBytes(100 * (bytes / 1024), 133)).toBe(bytes);
  });

  it.each([
    ["twice the zones: memory was plugged a moment ago", 8_000_000, 1_000_000],
    ["almost three times the zones", 11_000_000, 1_000_000],
    ["half the zones: they still count what the balloon holds", 2_000_000, 1_000_000],
  ])("stays 4 KiB where MemTotal is %s", (_, memTotalKib, managedPages) => {
    expect(estimatePageBytes(memTotalKib, managedPages)).toBe(4096);
  });

  it.each([
    ["between 16 and 64 KiB", 3200, 100],
    ["above 64 KiB", 12_800, 100],
    ["no managed pages", 400, 0],
    ["no memory", 0, 100],
    ["nothing at all", 0, 0],
  ])("is unknown where readings do not fit together: %s", (_, memTotalKib, managedPages) => {
    expect(estimatePageBytes(memTotalKib, managedPages)).toBeNull();
  });
});
