import { describe, expect, it } from "vitest";
import { parseKernelCommandLine } from "../../../src/formats/kernel-command-line.ts";

describe("a kernel command line", () => {
  it.each([
    ["", []],
    [" \t\n", []],
    ["quiet", [["quiet", null]]],
    [
      "\tquiet  root=/dev/xvda1\n",
      [
        ["quiet", null],
        ["root", "/dev/xvda1"],
      ],
    ],
    ["a=", [["a", ""]]],
    ["a=b=c", [["a", "b=c"]]],
    ["=a=b", [["=a", "b"]]],
    [
      'a="b c" d',
      [
        ["a", "b c"],
        ["d", null],
      ],
    ],
    [
      '"a b" c',
      [
        ["a b", null],
        ["c", null],
      ],
    ],
    ['"a=b c"', [["a", "b c"]]],
    ['a=b"c d"', [["a", 'b"c d"']]],
    [
      '"a="b c""',
      [
        ["a", "b"],
        ['c""', null],
      ],
    ],
    ['a="', [["a", ""]]],
    ['a="b c', [["a", "b c"]]],
    ["a -- b", [["a", null]]],
    [
      "a --b=-- c",
      [
        ["a", null],
        ["--b", "--"],
        ["c", null],
      ],
    ],
  ])("%j is read as %j", (text, expected) => {
    expect(parseKernelCommandLine(text).map(({ name, value }) => [name, value])).toEqual(expected);
  });
});
