import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { XdrError, XdrReader } from "../../../../../src/backends/libvirt/rpc/xdr-reader.ts";
import { XdrWriter } from "../../../../../src/backends/libvirt/rpc/xdr-writer.ts";

const MAX = 1000;

describe("XDR", () => {
  it("gives back whatever was written, and leaves nothing over", () => {
    const int = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
    const values = fc.tuple(
      int,
      fc.nat(2 ** 32 - 1),
      fc.bigInt(0n, 2n ** 64n - 1n),
      fc.string({ unit: "binary", maxLength: 20 }),
    );
    fc.assert(
      fc.property(values, fc.uint8Array({ maxLength: 20 }), ([signed, unsigned, long, text], bytes) => {
        const opaque = Buffer.from(bytes);
        const written = new XdrWriter().int(signed).uint(unsigned).uhyper(long).string(text).opaque(opaque).bytes();
        expect(written.length % 4).toBe(0);
        const reader = new XdrReader(written);
        expect([reader.int(), reader.uint(), reader.uhyper(), reader.string(4 * MAX)]).toEqual([
          signed,
          unsigned,
          long,
          text,
        ]);
        expect(reader.opaque(opaque.length).equals(opaque)).toBe(true);
        reader.end();
      }),
    );
  });

  it("is as RFC 4506 says", () => {
    const written = new XdrWriter().string("sillyprog").int(-2).bytes();
    expect(written.toString("hex")).toBe("0000000973696c6c7970726f67000000fffffffe");
    const numbers = Buffer.from("ffffffffffffffff3ff8000000000000", "hex");
    const reader = new XdrReader(numbers);
    expect([reader.hyper(), reader.double()]).toEqual([-1n, 1.5]);
  });

  it.each([
    ["a text longer than it may be", (reader: XdrReader) => reader.string(MAX), new XdrWriter().uint(MAX + 1)],
    ["a text of 4 GiB", (reader: XdrReader) => reader.string(2 ** 32), new XdrWriter().uint(2 ** 32 - 1)],
    [
      "a list longer than it may be",
      (reader: XdrReader) => reader.array(2, () => reader.int()),
      new XdrWriter().uint(3),
    ],
    [
      "a list of 4 Gi elements",
      (reader: XdrReader) => reader.array(2 ** 32, () => reader.int()),
      new XdrWriter().uint(2 ** 32 - 1),
    ],
    ["a number that is cut off", (reader: XdrReader) => reader.uhyper(), new XdrWriter().uint(1)],
    [
      "an option that is neither there nor absent",
      (reader: XdrReader) => reader.optional(() => 1),
      new XdrWriter().uint(2),
    ],
    ["more than was asked for", (reader: XdrReader) => reader.end(), new XdrWriter().uint(2)],
  ])("refuses %s", (_, read, written) => {
    expect(() => read(new XdrReader(written.bytes()))).toThrow(XdrError);
  });
});
