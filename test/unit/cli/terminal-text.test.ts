import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fitText, textColumns } from "../../../src/cli/terminal-text.ts";
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
