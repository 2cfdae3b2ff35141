import { describe, expect, it } from "vitest";
import { parseMmStat } from "../../../src/formats/mm-stat.ts";
import { readFixture } from "../../support/fixtures.ts";

describe("parseMmStat", () => {
  it("reads a zram device under load in a Xen guest", () => {
    expect(parseMmStat(readFixture("xen/pv-zram/sys/block/zram0/mm_stat"))).toEqual({
      origDataBytes: 129_380_352,
      comprDataBytes: 2_030_923,
      memUsedBytes: 2_772_992,
      memLimitBytes: 0,
    });
  });

  it("reads the seven columns of Linux 4.x, with a limit", () => {
    expect(parseMmStat("   16384   5000   8192   1048576   8192   1   0\n")).toEqual({
      origDataBytes: 16_384,
      comprDataBytes: 5000,
      memUsedBytes: 8192,
      memLimitBytes: 1_048_576,
    });
  });

  it("names the column that is missing", () => {
    expect(() => parseMmStat("16384 5000 8192\n")).toThrow(
      '/sys/block/zram*/mm_stat must hold a whole number as mem_limit, but it is ""',
    );
  });
});
