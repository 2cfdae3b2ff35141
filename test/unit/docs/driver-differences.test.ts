import { describe, expect, it } from "vitest";
import { readProjectFile, tableRows } from "../../support/docs.ts";

const ANCHOR = "docs/guides/migrating-from-the-driver.md#different-from-the-driver";

const [, section = ""] = readProjectFile("docs/guides/migrating-from-the-driver.md").split(
  "## Different from the driver\n",
);
const rows = tableRows(section.split("\n## ")[0] ?? "").slice(1);

describe("the table of what is different from the driver", () => {
  it.each(rows)("says what, why, and by which tests it is shown: %s", (...cells) => {
    expect(cells.filter((cell) => cell === "")).toEqual([]);
    const tests = [...(cells[3] ?? "").matchAll(/\]\(\.\.\/\.\.\/(test\/[^)]+\.test\.ts)\)/g)].map(
      ([, path = ""]) => path,
    );
    expect(tests.length).toBeGreaterThan(0);
    for (const path of tests) expect(readProjectFile(path)).toContain("describe");
  });

  it.each(["README.md", "SPECIFICATION.md", "CHANGELOG.md"])(
    "is what %s claims, and there is no second one",
    (file) => {
      expect(readProjectFile(file)).toContain(ANCHOR);
      expect(readProjectFile(file)).not.toMatch(/bit for bit/i);
    },
  );
});
