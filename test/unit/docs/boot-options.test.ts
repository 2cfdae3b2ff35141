import { describe, expect, it } from "vitest";
import { BOOT_OPTIONS, readBootOptions } from "../../../src/core/boot-options.ts";
import { parseKernelCommandLine } from "../../../src/formats/kernel-command-line.ts";
import { readProjectFile, tableRows } from "../../support/docs.ts";

const SAID: Readonly<Record<string, boolean | null>> = { on: true, off: false, "-": null };

const [, ...rows] = tableRows(readProjectFile("docs/guides/boot-options.md"));

/** The text between the backquotes of a cell. */
const code = (cell: string): string => cell.replaceAll("`", "");

describe("the table of boot options", () => {
  it.each(rows)("%s: selfballooning %s, self-shrinking %s", (written, selfballooning, selfshrinking) => {
    const expected = { selfballooning: SAID[selfballooning ?? ""], selfshrinking: SAID[selfshrinking ?? ""] };
    expect(readBootOptions(parseKernelCommandLine(`console=hvc0 ${code(written ?? "")}\n`))).toEqual(expected);
  });

  it("has a row for every option", () => {
    const shown = rows.map(([written]) => code(written ?? ""));
    expect(shown).toEqual(
      expect.arrayContaining(BOOT_OPTIONS.map(({ name, sets }) => (sets === null ? `${name}=0` : name))),
    );
  });
});
