import { describe, expect, it } from "vitest";
import { PARSERS } from "../../support/parsers.ts";

const MIB = 1024 * 1024;

const refused = expect.objectContaining({ name: "GuestError", code: "ERR_FORMAT" });

describe.each(PARSERS)("$name of a text that is not what it should be", (parser) => {
  const { parse, sample, numbered, withNumber, needsNumber } = parser;
  const sampleWith = (number: string): string => sample.replace(numbered, withNumber.replace("#", number));

  it("takes the real file, so that what follows is refused for the one thing that is wrong", () => {
    expect(sample).toContain(numbered);
    expect(() => parse(sample)).not.toThrow();
    expect(() => parse(sampleWith("12345"))).not.toThrow();
  });

  it.each([
    ["one newline", "\n"],
    ["binary", "\u007fELF\u0002\u0001\u0001\0\0\0\u00ff\u00fe\n"],
    ["NUL bytes", `${"\0".repeat(4096)}\n`],
    ["another file", "Linux version 6.1.0-56-amd64\n"],
    ["a captured error", "UNREADABLE: Permission denied\n"],
    ["one huge line", `${"9".repeat(MIB)}\n`],
    ["more text than any kernel writes", `${sample}${"x\n".repeat(3 * MIB)}`],
    ["cut off within its last line", sample.slice(0, -2)],
    ["its last newline gone", sample.slice(0, -1)],
  ])("refuses %s", (_, text) => {
    expect(() => parse(text)).toThrow(refused);
  });

  it.each([
    ["negative", "-5"],
    ["2^64 - 1", "18446744073709551615"],
    ["2^53", "9007199254740992"],
    ["one more than 2^52", "4503599627370497"],
    ["hexadecimal", "0x60000"],
    ["a fraction", "1.5"],
    ["with an exponent", "1e3"],
    ["with a plus sign", "+7"],
    ["with another script's digits", "\u0661\u0662"],
    ["a megabyte long", "1".repeat(MIB)],
    ["no number", "NaN"],
  ])(needsNumber ? "refuses a number that is %s" : "leaves out a line whose number is %s", (_, number) => {
    if (needsNumber) {
      expect(() => parse(sampleWith(number))).toThrow(refused);
      return;
    }
    const from = sample.lastIndexOf("\n", sample.indexOf(numbered)) + 1;
    const withoutLine = sample.slice(0, from) + sample.slice(sample.indexOf("\n", from) + 1);
    expect(parse(sampleWith(number))).toEqual(parse(withoutLine));
    expect(parse(withoutLine)).not.toEqual(parse(sample));
  });

  it("takes 2^52", () => {
    expect(() => parse(sampleWith("4503599627370496"))).not.toThrow();
  });

  it.runIf(needsNumber)("quotes at most a little of a wrong text, on one line", () => {
    const shown = expect.objectContaining({ message: expect.stringMatching(/^[ -~]{1,250}$/) });
    expect(() => parse(sampleWith(`\u001b[2J\0${"9".repeat(10_000)}`))).toThrow(shown);
  });
});

// Some containers have an empty /proc/swaps, and so no swap.
describe.each(PARSERS.filter(({ name }) => name !== "parseSwaps"))("$name", ({ parse }) => {
  it("refuses an empty text", () => {
    expect(() => parse("")).toThrow(refused);
  });
});
