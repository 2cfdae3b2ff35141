import { createRequire } from "node:module";
import { describe, expect, it } from "vitest";
import { readProjectFile, tableRows } from "../../support/docs.ts";

interface Rule {
  readonly name: string;
  readonly comment?: string;
}

const { forbidden } = createRequire(import.meta.url)("../../../.dependency-cruiser.cjs") as {
  forbidden: readonly Rule[];
};

describe("the table of rooms in ARCHITECTURE.md", () => {
  it("says of each room what the linter says", () => {
    const rules = forbidden.flatMap(({ name, comment = "" }) => (name.endsWith("-imports") ? [comment] : []));
    const [rooms = ""] = /^## Rooms\n[\s\S]*?\n## /m.exec(readProjectFile("ARCHITECTURE.md")) ?? [];
    const [, ...rows] = tableRows(rooms);
    expect(rows.map(([room, , imports]) => `${room} may import ${imports}`.replaceAll("`", ""))).toEqual(rules);
  });
});
