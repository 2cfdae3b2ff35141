import { describe, expect, it } from "vitest";
import { parseArcReclaimable } from "../../../src/formats/arcstats.ts";

/** As OpenZFS 2.1 writes it, most lines left out. */
const TEXT = [
  "9 1 0x01 123 33456 5310542374 1234567890",
  "name                            type data",
  "hits                            4    1171937",
  "c                               4    8345432064",
  "c_min                           4    521589504",
  "c_max                           4    8345432064",
  "size                            4    6190123008",
  "compressed_size                 4    5190123008",
  "",
].join("\n");

describe("what ZFS's cache would give back", () => {
  it("is what it holds above the least that it keeps", () => {
    expect(parseArcReclaimable(TEXT)).toBe(6190123008 - 521589504);
  });

  it("is nothing while it is smaller than that", () => {
    expect(parseArcReclaimable(TEXT.replace("6190123008", "1000"))).toBe(0);
  });

  it("is not known where the file says something else", () => {
    expect(parseArcReclaimable("name type data\n")).toBeNull();
    expect(parseArcReclaimable(TEXT.replace("4    6190123008", "4    -1"))).toBeNull();
  });

  it("is not read from a text that was cut off", () => {
    expect(() => parseArcReclaimable("size   4    61901")).toThrow(/cut off/);
  });
});
