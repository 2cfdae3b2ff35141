import { describe, expect, it } from "vitest";
import { folderBody, initBody, reply } from "../../../src/sysfs/fuse-replies.ts";

describe("an answer", () => {
  it("names its request, and its error as a negative number", () => {
    const bytes = reply(9n, 22);
    expect([bytes.length, bytes.readUInt32LE(0), bytes.readInt32LE(4), bytes.readBigUInt64LE(8)]).toEqual([
      16,
      16,
      -22,
      9n,
    ]);
    expect(reply(9n, 0, Buffer.from("abc")).readUInt32LE(0)).toBe(19);
  });

  it("to a greeting never promises more than the kernel can, nor than we can", () => {
    const minors = [23, 28, 45].map((minor) => initBody(minor).readUInt32LE(4));
    expect(minors).toEqual([23, 28, 28]);
    expect(initBody(31).readUInt32LE(20)).toBe(4096);
  });
});

describe("a listing", () => {
  const entries = ["a", "bcdefghi", "j"].map((name, index) => ({ name, node: index + 2, isFolder: index === 0 }));

  /** The names in a listing, and where each says that the next one is. */
  function parse(body: Buffer): readonly (readonly [string, number])[] {
    const found: (readonly [string, number])[] = [];
    for (let at = 0; at < body.length; ) {
      const length = body.readUInt32LE(at + 16);
      found.push([body.toString("latin1", at + 24, at + 24 + length), Number(body.readBigUInt64LE(at + 8))]);
      at += Math.ceil((24 + length) / 8) * 8;
    }
    return found;
  }

  it("has every entry once, however small the pieces are that it is read in", () => {
    for (const bytes of [32, 40, 64, 4096]) {
      const names: string[] = [];
      for (let from = 0; from < entries.length; ) {
        const piece = parse(folderBody(entries, from, bytes));
        expect(piece.length).toBeGreaterThan(0);
        for (const [name, next] of piece) {
          names.push(name);
          from = next;
        }
      }
      expect(names).toEqual(entries.map(({ name }) => name));
    }
  });

  it("never is longer than was asked for", () => {
    expect(folderBody(entries, 0, 71).length).toBe(64);
    expect(folderBody(entries, 0, 0).length).toBe(0);
    expect(folderBody(entries, 3, 4096).length).toBe(0);
    expect(folderBody(entries, Number.MAX_SAFE_INTEGER, 4096).length).toBe(0);
  });
});
