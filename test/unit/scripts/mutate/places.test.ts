import { describe, expect, it } from "vitest";
import { allSources, patternOf, ROOMS_WITH_A_GOAL, roomOf } from "../../../../scripts/mutate/places.ts";

describe("the places whose source can be changed", () => {
  it("are the rooms, their folders and their files", () => {
    expect(allSources()).toEqual(expect.arrayContaining([...ROOMS_WITH_A_GOAL, "core/guard", "core/guard/guard.ts"]));
    expect(allSources().filter((place) => /\.(css|json|html)$/.test(place))).toEqual([]);
  });

  it("belong to the room whose tests must notice", () => {
    expect(["core", "core/guard", "core/guard/guard.ts"].map(roomOf)).toEqual(["core", "core", "core"]);
  });

  it("are a file, or all files below a folder", () => {
    expect(patternOf("core/guard/guard.ts")).toBe("src/core/guard/guard.ts");
    expect(patternOf("core/guard")).toBe("src/core/guard/**/*.ts");
  });
});
