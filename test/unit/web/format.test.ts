import { describe, expect, it } from "vitest";
import { tickText } from "../../../src/web/format.ts";

describe("amounts", () => {
  it("on an axis are whole, or as fine as the tick", () => {
    expect([0, 256, 1024, 1280, 1_048_576].map(tickText)).toEqual([
      "0 MiB",
      "256 MiB",
      "1 GiB",
      "1.25 GiB",
      "1024 GiB",
    ]);
  });
});
