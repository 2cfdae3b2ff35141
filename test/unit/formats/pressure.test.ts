import { describe, expect, it } from "vitest";
import { parsePressure } from "../../../src/formats/pressure.ts";
import { readFixture } from "../../support/fixtures.ts";

describe("parsePressure", () => {
  it.each([
    ["xen/pv-idle", { some: { avg10: 0, totalUs: 0 }, full: { avg10: 0, totalUs: 0 } }],
    ["xen/pv-zram", { some: { avg10: 24.93, totalUs: 3_465_400 }, full: { avg10: 13.08, totalUs: 1_856_795 } }],
    ["qemu/linux-6.1-after-oom", { some: { avg10: 0, totalUs: 9188 }, full: { avg10: 0, totalUs: 7690 } }],
    [
      "qemu/linux-6.12-thrash",
      { some: { avg10: 59.9, totalUs: 10_488_883 }, full: { avg10: 32.66, totalUs: 6_057_938 } },
    ],
  ])("reads %s", (guest, expected) => {
    expect(parsePressure(readFixture(`${guest}/proc/pressure/memory`))).toEqual(expected);
  });

  it("gives null where there is no line full", () => {
    expect(parsePressure("some avg10=100.00 avg60=1.00 avg300=0.00 total=7\n")).toEqual({
      some: { avg10: 100, totalUs: 7 },
      full: null,
    });
  });

  it("gives null for a line full that makes no sense", () => {
    expect(parsePressure("some avg10=1.00 avg60=1.00 avg300=0.00 total=7\nfull avg10=? total=1\n")).toEqual({
      some: { avg10: 1, totalUs: 7 },
      full: null,
    });
  });

  it("says that the line some is missing", () => {
    expect(() => parsePressure("full avg10=0.00 avg60=0.00 avg300=0.00 total=7\n")).toThrow(
      "/proc/pressure/memory must hold a line some, but there is none",
    );
  });

  it.each(["100.01", "1000.00", "-1.00", "1", "1.0", "nan", ""])("refuses an average of %j percent", (avg10) => {
    expect(() => parsePressure(`some avg10=${avg10} avg60=0.00 avg300=0.00 total=7\n`)).toThrow(
      "avg10 and total of some",
    );
  });

  it("refuses a line without a total", () => {
    expect(() => parsePressure("some avg10=0.00 avg60=0.00 avg300=0.00\n")).toThrow("avg10 and total of some");
  });
});
