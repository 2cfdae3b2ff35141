import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fitText, plainText, textColumns } from "../../../src/cli/terminal-text.ts";

describe("plain text", () => {
  it.each([
    ["web-1", "web-1"],
    ["\u001b[2Jgone", "?[2Jgone"],
    ["a\r\nb\tc", "a??b?c"],
    ["\u009b31mred", "?31mred"],
    ["safe\u202egnp.exe", "safe?gnp.exe"],
    ["in\u200bvisible", "in?visible"],
    ["e\u0301", "é"],
    ["z\u0337\u0322", "z"],
    ["a\u2028b", "a b"],
    ["日本", "日本"],
  ])("of %j is %j", (text, plain) => {
    expect(plainText(text)).toBe(plain);
  });

  it("has no control character and no mark, whatever it is made of", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        expect(plainText(text)).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{M}\p{Zl}\p{Zp}]/u);
      }),
    );
  });
});

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
        expect(textColumns(fitText(plainText(text), columns, toRight))).toBe(columns);
      }),
    );
  });
});
