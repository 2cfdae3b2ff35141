import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { shownGuest, shownJson, shownText } from "../../../src/core/shown-text.ts";

describe("shown text", () => {
  it.each([
    ["web-1", "web-1"],
    ["\u001b[2Jgone", "\\u{1b}[2Jgone"],
    ["a\r\nb\tc", "a\\r\\nb\\tc"],
    ["\u009b31mred", "\\u{9b}31mred"],
    ["safe\u202egnp.exe", "safe\\u{202e}gnp.exe"],
    ["a\u2066b\u2069", "a\\u{2066}b\\u{2069}"],
    ["a\u200e\u200f", "a\\u{200e}\\u{200f}"],
    ["in\u200bvisible", "in\\u{200b}visible"],
    ["e\u0301", "é"],
    ["z\u0337\u0322", "z"],
    ["a\u2028b\u00a0c", "a\\u{2028}b c"],
    ["\ud800", "\\u{d800}"],
    ["日本", "日本"],
    ["__proto__", "__proto__"],
    ["*", "*"],
  ])("of %j is %j", (text, shown) => {
    expect(shownText(text)).toBe(shown);
  });

  it("has no control character, mark or other line, whatever it is made of, and is bounded", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 600 }), (text) => {
        expect(shownText(text)).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{M}\p{Zl}\p{Zp}]/u);
        expect(shownText(text).length).toBeLessThan(256 * 10);
      }),
    );
  });

  it("is cut where it is long, and still tells two texts apart", () => {
    const [one, other] = [shownText(`${"x".repeat(4096)}1`), shownText(`${"x".repeat(4096)}2`)];
    expect(one).toMatch(/^x{256}…[0-9a-f]{8}$/);
    expect(one).not.toBe(other);
  });
});

describe("a value as JSON", () => {
  it("does nothing to a terminal, and means the same", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 100 }), (text) => {
        const line = shownJson({ [text]: text });
        expect(line).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
        expect(JSON.parse(line)).toEqual(JSON.parse(JSON.stringify({ [text]: text })));
      }),
    );
    expect(shownJson("\u202e\u009b\u{e0001}")).toBe('"\\u202e\\u009b\\udb40\\udc01"');
  });
});

describe("a guest's name", () => {
  it("is never the sign that stands for the host", () => {
    expect([shownGuest("*"), shownGuest("a*"), shownGuest("web\n")]).toEqual(['"*"', "a*", "web\\n"]);
  });
});
