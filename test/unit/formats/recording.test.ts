import { describe, expect, it } from "vitest";
import { MAX_RECORDING_LINE_LENGTH, parseRecordingLine } from "../../../src/formats/recording.ts";

const LINE = {
  t: 1.5,
  guest: "web",
  pageBytes: 4096,
  totalramPages: 114_011,
  committedPages: 252,
  totalreservePages: 1412,
  frontswapPages: null,
  maxPfn: 262_144,
  balloonCurrentPages: 131_072,
};

const ABSENT = {
  balloonMaxPages: null,
  availablePages: null,
  freePages: null,
  swapTotalPages: null,
  psiSomeTotalUs: null,
  psiFullTotalUs: null,
  refaultPages: null,
  swapInPages: null,
  swapOutPages: null,
  oomKills: null,
  allocStalls: null,
};

const parse = (value: unknown): unknown => parseRecordingLine(JSON.stringify(value), 7);

const problem = (text: string): unknown =>
  expect.objectContaining({ name: "OperatorError", code: "ERR_RECORDING_LINE", details: { line: 7, problem: text } });

describe("parseRecordingLine of an observation", () => {
  it("gives null for the optional readings that are left out", () => {
    expect(parse(LINE)).toEqual({ kind: "observation", observation: { ...LINE, ...ABSENT } });
  });

  it("takes every optional reading", () => {
    const optional = Object.fromEntries(Object.keys(ABSENT).map((name, index) => [name, index]));
    expect(parse({ ...LINE, ...optional })).toEqual({ kind: "observation", observation: { ...LINE, ...optional } });
  });

  it.each(["totalramPages", "committedPages", "totalreservePages", "maxPfn", "balloonCurrentPages", "availablePages"])(
    "takes null as %s: it could not be read",
    (name) => {
      expect(parse({ ...LINE, [name]: null })).toMatchObject({ observation: { [name]: null } });
    },
  );

  it("takes a negative committedPages as it is; the law counts it as 0", () => {
    expect(parse({ ...LINE, committedPages: -17 })).toMatchObject({ observation: { committedPages: -17 } });
  });

  it("leaves out fields that a later version may have added", () => {
    expect(parse({ ...LINE, colour: "red", nested: { a: [] } })).toEqual(parse(LINE));
  });

  it("takes blanks around the line, as from a file with CRLF", () => {
    expect(parseRecordingLine(` ${JSON.stringify(LINE)}\r\n`, 1)).toEqual(parse(LINE));
  });

  it.each(Object.keys(LINE))("refuses a line without %s and names it", (name) => {
    const { [name]: _, ...rest } = { ...LINE } as Record<string, unknown>;
    expect(() => parse(rest)).toThrow(new RegExp(`^line 7 must be an observation or a set: ${name} must be `));
  });

  const count = "must be a whole number from 0 to 4503599627370496, or null";
  const name = "must be a name of 1 to 256 characters";
  const size = "must be one of 4096, 8192, 16384, 32768, 65536";

  it.each([
    ["totalramPages", -1, count],
    ["totalramPages", 0.5, count],
    ["totalramPages", 2 ** 52 + 1, count],
    ["totalramPages", 2 ** 64, count],
    ["totalramPages", "5", count],
    ["totalramPages", true, count],
    ["oomKills", -1, count],
    ["frontswapPages", [], count],
    ["committedPages", -(2 ** 52) - 1, "must be a whole number from -4503599627370496 to 4503599627370496, or null"],
    ["pageBytes", null, size],
    ["pageBytes", 0, size],
    ["pageBytes", 2048, size],
    ["pageBytes", 5000, size],
    ["pageBytes", 131_072, size],
    ["pageBytes", "4096", size],
    ["guest", "", name],
    ["guest", "x".repeat(257), name],
    ["guest", 5, name],
    ["guest", null, name],
    ["t", null, "must be a number of seconds"],
    ["t", "now", "must be a number of seconds"],
  ])("refuses %s = %j", (field, value, what) => {
    expect(() => parse({ ...LINE, [field]: value })).toThrow(problem(`${field} ${what}`));
  });

  it("refuses a time that is infinite", () => {
    expect(() => parseRecordingLine(JSON.stringify(LINE).replace("1.5", "1e999"), 7)).toThrow(
      problem("t must be a number of seconds"),
    );
  });

  it("takes the largest count and the longest name", () => {
    const line = { ...LINE, guest: "x".repeat(256), totalramPages: 2 ** 52 };
    expect(parse(line)).toMatchObject({ observation: line });
  });
});

describe("parseRecordingLine of a step", () => {
  const step = {
    atMs: 5000,
    moves: 1,
    goalPages: 1,
    floorPages: null,
    targetPages: 2,
    reason: "lower",
    clamps: ["floor"],
  };

  it("gives what was decided, with the observation's time and guest", () => {
    expect(parse({ ...LINE, step })).toMatchObject({
      step: {
        atMs: 5000,
        gap: false,
        moves: 1,
        decision: { t: 1.5, guest: "web", goalPages: 1, balloonTargetPages: null, reason: "lower", clamps: ["floor"] },
      },
    });
  });

  it.each([
    5,
    null,
    [],
    {},
    { ...step, atMs: -1 },
    { ...step, atMs: 1e17 },
    { ...step, moves: 0.5 },
    { ...step, gap: "yes" },
    { ...step, reason: "of a later version" },
    { ...step, clamps: ["unknown"] },
    { ...step, clamps: Array(100).fill("floor") },
    { ...step, targetPages: "2" },
  ])("takes the observation without the step %j, which it does not understand", (bad) => {
    expect(parse({ ...LINE, step: bad })).toEqual(parse(LINE));
  });
});

describe("parseRecordingLine of a set", () => {
  it("gives the values as they are, newline included", () => {
    const set = { selfballoon_interval: "5\n", guard: "", nonsense: "-1" };
    expect(parse({ set })).toEqual({ kind: "set", set });
  });

  it("takes a line with set for a set, whatever else it holds", () => {
    expect(parse({ ...LINE, set: {} })).toEqual({ kind: "set", set: {} });
  });

  it.each([null, 5, "x", [], { guard: 1 }, { guard: null }, { guard: { a: "1" } }])("refuses the set %j", (set) => {
    expect(() => parse({ set })).toThrow(problem("set must be an object whose values are strings"));
  });

  it("is not fooled by the name of a prototype", () => {
    const { set } = JSON.parse('{"set":{"__proto__":"1"}}') as { set: object };
    expect(Object.keys(set)).toEqual(["__proto__"]);
    expect(parse({ set })).toEqual({ kind: "set", set: {} });
  });
});

describe("parseRecordingLine of anything else", () => {
  it.each(["", " ", "{", "nonsense", "{'t':1}", '{"t":1}{"t":2}', "\u0000", "[".repeat(60_000)])(
    "refuses %j as no JSON",
    (text) => {
      expect(() => parseRecordingLine(text, 7)).toThrow(problem("it is not JSON"));
    },
  );

  it.each(["null", "1", '"set"', "[]", "true"])("refuses %s as no object", (text) => {
    expect(() => parseRecordingLine(text, 7)).toThrow(problem("it is not a JSON object"));
  });

  it("takes a line of 64 KiB, and refuses a longer one unseen", () => {
    const line = JSON.stringify(LINE).padEnd(MAX_RECORDING_LINE_LENGTH, " ");
    expect(line).toHaveLength(65_536);
    expect(parseRecordingLine(line, 7)).toEqual(parse(LINE));
    expect(() => parseRecordingLine(`${line} `, 7)).toThrow(problem("it is longer than 64 KiB"));
  });
});
