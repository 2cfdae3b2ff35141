import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readHostPoints, writeHostPoints } from "../../../src/history/host-file.ts";
import { temporaryFolder } from "../../support/trees.ts";

const POINT = { atMs: 1, gap: true, usedBytes: 2, availableBytes: 3, savedBytes: 4, guests: 5 };

const withText = (text: string): string => {
  const path = join(temporaryFolder(), "host-past.json");
  writeFileSync(path, text);
  return path;
};

describe("the file of a host's past", () => {
  it("gives back the points that were written, and none where there is no file", async () => {
    const path = join(temporaryFolder(), "host-past.json");
    expect(await readHostPoints(path)).toEqual([]);
    await writeHostPoints(path, [POINT]);
    await writeHostPoints(path, [POINT, { ...POINT, atMs: 2 }]);
    expect(await readHostPoints(path)).toEqual([POINT, { ...POINT, atMs: 2 }]);
  });

  it("has room for all points that are kept, with the largest figures", async () => {
    const path = join(temporaryFolder(), "host-past.json");
    const big = { ...POINT, atMs: 2_000_000_000_000, usedBytes: 2 ** 52, availableBytes: 2 ** 52, savedBytes: 2 ** 52 };
    await writeHostPoints(
      path,
      Array.from({ length: 720 }, () => big),
    );
    expect(await readHostPoints(path)).toHaveLength(720);
    expect(readFileSync(path, "utf8").length).toBeLessThan(200_000);
  });

  it.each([
    ["torn JSON", '[{"atMs":1'],
    ["something else", '{"points":[]}'],
    ["a point without a gap", JSON.stringify([{ ...POINT, gap: undefined }])],
    ["a figure that is no whole number", JSON.stringify([{ ...POINT, savedBytes: "4" }])],
    ["more than it may", " ".repeat(600_000)],
  ])("is refused with %s", async (_, text) => {
    await expect(readHostPoints(withText(text))).rejects.toThrow();
  });
});
