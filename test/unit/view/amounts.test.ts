import { describe, expect, it } from "vitest";
import { bytesText, percentText } from "../../../src/view/amounts.ts";

describe("amounts", () => {
  it.each([
    [0, "0 MiB"],
    [1_048_576 * 812.4, "812 MiB"],
    [1_048_576 * 1024, "1.0 GiB"],
    [1_048_576 * 1024 * 120, "120 GiB"],
    [1_048_576 * 1024 * 1024 * 3, "3.0 TiB"],
    [null, "–"],
  ])("of %s bytes are written as %s", (bytes, text) => {
    expect(bytesText(bytes)).toBe(text);
  });

  it("in percent have a digit where it says something", () => {
    expect([0, 0.26, 9.94, 42.4, null].map(percentText)).toEqual(["0 %", "0.3 %", "9.9 %", "42 %", "–"]);
  });
});
