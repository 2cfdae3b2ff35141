import { describe, expect, it } from "vitest";
import { BOOT_OPTIONS, readBootOptions } from "../../../src/core/boot-options.ts";
import { parseKernelCommandLine } from "../../../src/formats/kernel-command-line.ts";
import { readProjectFile, tableRows } from "../../support/docs.ts";

/** The text between the backquotes of a cell. */
const code = (cell: string): string => cell.replaceAll("`", "");

const SAID: Readonly<Record<string, boolean | null>> = { on: true, off: false, "-": null };

/** What is written, and what it says of each loop. */
const rows = tableRows(readProjectFile("docs/guides/boot-options.md"))
  .slice(1)
  .map(([written = "", selfballooning = "", selfshrinking = ""]) => ({
    written: code(written),
    selfballooning,
    selfshrinking,
  }));

describe("the table of boot options", () => {
  it.each(rows)("$written: selfballooning $selfballooning, self-shrinking $selfshrinking", (row) => {
    const expected = { selfballooning: SAID[row.selfballooning], selfshrinking: SAID[row.selfshrinking] };
    expect(Object.values(expected)).not.toContain(undefined);
    expect(readBootOptions(parseKernelCommandLine(`console=hvc0 ${row.written}\n`))).toEqual(expected);
  });

  it("has a row for every option", () => {
    const shown = rows.map(({ written }) => written);
    expect(shown).toEqual(
      expect.arrayContaining(BOOT_OPTIONS.map(({ name, sets }) => (sets === null ? `${name}=0` : name))),
    );
  });
});
