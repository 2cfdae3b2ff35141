import { describe, expect, it } from "vitest";
import { putNewest } from "../../../src/core/bounded-map.ts";

describe("a map of which the oldest entries are forgotten", () => {
  it("holds so many at the most, and the newest", () => {
    const map = new Map<string, number>();
    for (const [nth, key] of ["a", "b", "c"].entries()) putNewest(map, key, nth, 2);
    expect([...map]).toEqual([
      ["b", 1],
      ["c", 2],
    ]);
  });

  it("counts one that is put again as the newest", () => {
    const map = new Map([
      ["a", 0],
      ["b", 1],
    ]);
    putNewest(map, "a", 2, 2);
    putNewest(map, "c", 3, 2);
    expect([...map.keys()]).toEqual(["a", "c"]);
  });
});
