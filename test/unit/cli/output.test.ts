import { describe, expect, it } from "vitest";
import { coloured, mibText, tableLines } from "../../../src/cli/output.ts";

describe("output for people", () => {
  it("aligns the columns of a table, and leaves no blanks at the ends of lines", () => {
    const rows = [
      ["NAME", "VALUE", "WHY"],
      ["a", "1000000", "because"],
      ["longer", "", ""],
    ];
    expect(tableLines(rows)).toEqual(["NAME    VALUE    WHY", "a       1000000  because", "longer"]);
    expect(tableLines([])).toEqual([]);
  });

  it("shows pages of any size in MiB, and a dash for what is not known", () => {
    expect([mibText(256, 4096), mibText(255, 4096), mibText(16, 65_536), mibText(null, 4096)]).toEqual([
      "1 MiB",
      "0 MiB",
      "1 MiB",
      "-",
    ]);
  });

  it("has no colours where there is no terminal", () => {
    expect(coloured("red", "x")).toBe("x");
  });
});
