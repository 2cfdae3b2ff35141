import { describe, expect, it } from "vitest";
import { isQuietAt, readQuietHours } from "../../../src/core/quiet-hours.ts";

const DAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];

/** Whether `hours` make it quiet at `when`, such as `Mon 21:59`. */
function isQuiet(hours: string, when: string): boolean {
  const [day = "", time = ""] = when.split(" ");
  const [hour = 0, minute = 0] = time.split(":").map(Number);
  const read = readQuietHours(hours);
  return isQuietAt(read === null ? [] : [read], { day: DAYS.indexOf(day), minute: hour * 60 + minute });
}

describe("quiet hours", () => {
  it.each([
    ["09:00-17:00", ["Mon 09:00", "Sun 16:59"], ["Mon 08:59", "Mon 17:00"]],
    ["22:00-06:00", ["Mon 22:00", "Tue 05:59", "Sun 00:00"], ["Mon 21:59", "Tue 06:00"]],
    ["Fri 22:00-06:00", ["Fri 22:00", "Sat 05:59"], ["Fri 05:59", "Sat 22:00", "Sat 06:00"]],
    ["Sat 22:00-06:00", ["Sat 23:00", "Sun 03:00"], ["Sat 03:00"]],
    ["Sat,Sun 00:00-24:00", ["Sat 00:00", "Sun 23:59"], ["Fri 23:59", "Mon 00:00"]],
    ["Mon-Fri 12:00-13:00", ["Mon 12:30", "Fri 12:30"], ["Sat 12:30", "Sun 12:30"]],
    ["Fri-Mon 12:00-13:00", ["Fri 12:30", "Sun 12:30", "Mon 12:30"], ["Tue 12:30", "Thu 12:30"]],
    ["Mon-Tue,Sat 12:00-13:00", ["Tue 12:30", "Sat 12:30"], ["Wed 12:30"]],
  ])("of %s are then and not before or after", (hours, quiet, others) => {
    expect(quiet.filter((when) => !isQuiet(hours, when))).toEqual([]);
    expect(others.filter((when) => isQuiet(hours, when))).toEqual([]);
  });

  it("are those of any that are said, and of none no time", () => {
    const both = ["Mon 01:00-02:00", "Tue 03:00-04:00"].flatMap((text) => readQuietHours(text) ?? []);
    expect(isQuietAt(both, { day: 2, minute: 200 })).toBe(true);
    expect(isQuietAt([], { day: 2, minute: 200 })).toBe(false);
  });

  it.each([
    ...[
      "",
      "22:00",
      "22-06",
      "22:00-22:00",
      "24:00-06:00",
      "22:60-23:00",
      "25:00-26:00",
      "1:00-2:00",
      "mon 22:00-06:00",
    ],
    ...["Mo 22:00-06:00", "Mon- 22:00-06:00", "Mon-Tue-Wed 22:00-06:00", "Mon, Tue 22:00-06:00", " 22:00-06:00"],
  ])("are not %j", (text) => {
    expect(readQuietHours(text)).toBeNull();
  });
});
