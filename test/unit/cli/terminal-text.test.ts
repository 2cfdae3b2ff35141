import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { edgesText, fitText, textColumns, wrapText } from "../../../src/cli/terminal-text.ts";
import { shownText } from "../../../src/core/shown-text.ts";

describe("fitted text", () => {
  it("is filled up on either side, and cut with a sign", () => {
    expect(fitText("abc", 5)).toBe("abc  ");
    expect(fitText("abc", 5, true)).toBe("  abc");
    expect(fitText("abcdef", 4)).toBe("abc~");
    expect(fitText("日本語", 4)).toBe("日~ ");
    expect(fitText("abc", 0)).toBe("");
  });

  it("takes exactly the columns that it is given", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), fc.nat(40), fc.boolean(), (text, columns, toRight) => {
        expect(textColumns(fitText(shownText(text), columns, toRight))).toBe(columns);
      }),
    );
  });
});

describe("wrapped text", () => {
  it("is parted between words, and within a word only where that is longer than a line", () => {
    expect(wrapText("one two three", 8)).toEqual(["one two", "three"]);
    expect(wrapText("a abcdefgh b", 4)).toEqual(["a", "abcd", "efgh", "b"]);
    expect(wrapText("日本語", 4)).toEqual(["日本", "語"]);
    expect(wrapText("", 4)).toEqual([""]);
  });

  it("loses nothing, and no line is too long", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), fc.integer({ min: 2, max: 40 }), (text, columns) => {
        const shown = shownText(text);
        const lines = wrapText(shown, columns);
        for (const line of lines) expect(textColumns(line)).toBeLessThanOrEqual(columns);
        expect(lines.join("").replaceAll(" ", "")).toBe(shown.replaceAll(" ", ""));
      }),
    );
  });
});

describe("two texts in a line", () => {
  it("stand at its edges, and the left one gives way", () => {
    expect(edgesText("left", "right", 12)).toBe("left   right");
    expect(edgesText("a long left", "right", 10)).toBe("a l~ right");
    expect(edgesText("left", "right", 4)).toBe("rig~");
  });
});
