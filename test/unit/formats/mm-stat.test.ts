import { describe, expect, it } from "vitest";
import { parseMmStat } from "../../../src/formats/mm-stat.ts";
import { readFixture } from "../../support/fixtures.ts";

describe("parseMmStat", () => {
  it("reads a zram device under load in a Xen guest", () => {
    expect(parseMmStat(readFixture("xen/pv-zram/sys/block/zram0/mm_stat"))).toEqual({ origDataBytes: 129_380_352 });
  });

  it.each([
    ["the seven columns of Linux 4.x", "   16384   5000   8192   1048576   8192   1   0\n"],
    ["fewer columns", "16384 5000\n"],
    ["more columns, of which one makes no sense", "16384 x 8192 0 8192 1 0 2 3 4\n"],
  ])("reads %s", (_, text) => {
    expect(parseMmStat(text)).toEqual({ origDataBytes: 16_384 });
  });

  it("names the column that is missing", () => {
    expect(() => parseMmStat("  \n")).toThrow(
      '/sys/block/zram*/mm_stat must hold a whole number as orig_data_size, but it is ""',
    );
  });
});
