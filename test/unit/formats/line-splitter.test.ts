import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LineSplitter } from "../../../src/formats/line-splitter.ts";

function split(pieces: readonly string[], limit: number): readonly (string | null)[] {
  const splitter = new LineSplitter(limit);
  return [...pieces.flatMap((piece) => splitter.push(piece)), splitter.end()];
}

describe("a stream of text", () => {
  it("gives its lines, and null for one that is too long", () => {
    expect(split(["a\nb", "c\n", "\nlong", "er\nd"], 4)).toEqual(["a", "bc", "", null, "d"]);
  });

  it("gives the same lines however it is cut into pieces", () => {
    const texts = fc.array(fc.constantFrom("\n", "a", "bb", "ccc"), { maxLength: 40 });
    fc.assert(
      fc.property(texts, fc.array(fc.nat(60), { maxLength: 8 }), (parts, cuts) => {
        const text = parts.join("");
        const ends = [...cuts, text.length].sort((a, b) => a - b);
        const pieces = ends.map((end, index) => text.slice(ends[index - 1] ?? 0, end));
        expect(split(pieces, 5)).toEqual(text.split("\n").map((line) => (line.length > 5 ? null : line)));
      }),
    );
  });
});
