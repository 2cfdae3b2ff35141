import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SelfballoonError } from "../../../src/core/errors.ts";
import { kernelReadings } from "../../../src/formats/kernel-readings.ts";
import { parseMeminfo } from "../../../src/formats/meminfo.ts";
import { estimatePageBytes, PAGE_SIZES_BYTES, parseAuxvPageBytes } from "../../../src/formats/page-size.ts";
import { parseZoneinfo } from "../../../src/formats/zoneinfo.ts";
import { readFixture } from "../../support/fixtures.ts";
import { PARSERS } from "../../support/parsers.ts";

/** What a parser gave: its value, or the code of its error. Anything else that is thrown is a fault of the parser. */
function outcome(parse: (text: string) => unknown, text: string): { value: unknown } | { code: string } {
  try {
    return { value: parse(text) };
  } catch (thrown) {
    if (thrown instanceof SelfballoonError) return { code: thrown.code };
    throw thrown;
  }
}

function numbersIn(value: unknown): readonly number[] {
  if (typeof value === "number") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(numbersIn) : [];
}

function expectValueOrFormatError(parse: (text: string) => unknown, text: string): void {
  const result = outcome(parse, text);
  if ("code" in result) expect(result.code).toBe("ERR_FORMAT");
  else for (const number of numbersIn(result.value)) expect(Math.abs(number)).toBeLessThanOrEqual(2 ** 52);
}

const anyText = fc.oneof(
  fc.string({ unit: "binary", maxLength: 2000 }),
  fc.uint8Array({ maxLength: 2000 }).map((bytes) => Buffer.from(bytes).toString("latin1")),
);

const piece = fc.oneof(
  fc.string({ unit: "binary", maxLength: 30 }),
  fc.constantFrom("\n", " ", "-1", "0", ":", " kB", "18446744073709551615", "\0", "\r", "\u2028", "Node 0, zone X\n"),
);

/** A real text with some parts cut out, written twice or replaced. */
function mutated(sample: string): fc.Arbitrary<string> {
  const position = fc.integer({ min: 0, max: sample.length });
  const edit = fc.record({ from: position, length: fc.integer({ min: 0, max: 200 }), put: piece, again: fc.boolean() });
  return fc.array(edit, { minLength: 1, maxLength: 5 }).map((edits) =>
    edits.reduce((text, { from, length, put, again }) => {
      const cut = text.slice(from, from + length);
      return text.slice(0, from) + put + (again ? cut + cut : "") + text.slice(from + length);
    }, sample),
  );
}

describe.each(PARSERS)("$name", ({ parse, sample }) => {
  it("gives a value or ERR_FORMAT for any text", () => {
    fc.assert(fc.property(anyText, (text) => expectValueOrFormatError(parse, text)));
    fc.assert(fc.property(anyText, (text) => expectValueOrFormatError(parse, `${sample}${text}\n`)));
  });

  it("gives a value within bounds or ERR_FORMAT for a real text that was tampered with", () => {
    fc.assert(
      fc.property(mutated(sample), (text) => expectValueOrFormatError(parse, text)),
      { numRuns: 500 },
    );
  });

  it("refuses a real text that was cut within a line, wherever", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: sample.length - 1 }), (length) => {
        fc.pre(sample[length - 1] !== "\n");
        expect(outcome(parse, sample.slice(0, length))).toEqual({ code: "ERR_FORMAT" });
      }),
    );
  });

  // A parser of quadratic time would need hours for these and run into the test's time limit.
  it.each([" ", "9", "Node ", "Node 0, zone X\n", "        high     ", "MemTotal", "pswpin ", "\n", "(", "\t", "a "])(
    "is done in linear time with 4 MiB of %j",
    (unit) => {
      const size = 4 * 1024 * 1024 - 1 - sample.length;
      const long = unit.repeat(Math.floor(size / unit.length));
      expectValueOrFormatError(parse, `${long}\n`);
      expectValueOrFormatError(parse, `${sample}${long}\n`);
      expectValueOrFormatError(parse, `${sample.trimEnd()}${long}\n`);
    },
  );

  it("does not care where unknown lines stand", () => {
    const lines = sample.split("\n").slice(0, -1);
    const unknown = fc.constantFrom("brand_new_counter 5", "BrandNew:  77 kB", "      nr_new 7");
    fc.assert(
      fc.property(unknown, fc.integer({ min: 1, max: lines.length }), (line, at) => {
        const more = [...lines.slice(0, at), line, ...lines.slice(at), ""].join("\n");
        expect(parse(more)).toEqual(parse(sample));
      }),
    );
  });
});

const isPageSize = (bytes: number | null): boolean => bytes === null || PAGE_SIZES_BYTES.some((size) => size === bytes);

describe("the page size", () => {
  it("is one that Linux has, or unknown, for any auxiliary vector", () => {
    fc.assert(fc.property(anyText, (text) => isPageSize(parseAuxvPageBytes(text))));
  });

  it("is one that Linux has, or unknown, for any two counts", () => {
    const count = fc.integer({ min: 0, max: 2 ** 52 });
    fc.assert(fc.property(count, count, (kib, pages) => isPageSize(estimatePageBytes(kib, pages))));
  });
});

describe("the readings of a kernel", () => {
  const zones = parseZoneinfo(readFixture("xen/pv-ballooned/proc/zoneinfo"));
  const sample = readFixture("xen/pv-zram/proc/meminfo");
  const withoutAvailable = sample.replace(/^MemAvailable:.*\n/m, "");

  it("are whole numbers of pages or null, whatever the files hold that can be done without", () => {
    const text = fc.option(anyText);
    fc.assert(
      fc.property(mutated(withoutAvailable), text, text, (meminfoText, vmstat, pressureMemory) => {
        const meminfo = outcome(parseMeminfo, meminfoText);
        if ("code" in meminfo) return;
        const parsed = parseMeminfo(meminfoText);
        const totalKib = parsed.memTotalKib;
        const readings = kernelReadings({ meminfo: parsed, totalKib, pageBytes: 4096, zones, vmstat, pressureMemory });
        for (const number of numbersIn(readings))
          expect(number).toSatisfy((n: number) => Number.isSafeInteger(n) && n >= 0);
        expect(readings.availablePages ?? 0).toBeLessThanOrEqual(readings.totalramPages ?? 0);
      }),
    );
  });
});
