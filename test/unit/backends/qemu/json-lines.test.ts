import { describe, expect, it } from "vitest";
import { LineSplitter } from "../../../../src/backends/qemu/json-lines.ts";
import { linesOf } from "../../../support/qmp/lines-of.ts";

const MAX_LINE_BYTES = 1_048_576;

const push = (splitter: LineSplitter, text: string): readonly string[] =>
  linesOf(splitter, Buffer.from(text, "latin1"));

describe("lines of JSON", () => {
  it("come out whole, whatever the pieces were", () => {
    const splitter = new LineSplitter("peer", MAX_LINE_BYTES);
    expect(push(splitter, '{"a":')).toEqual([]);
    expect(push(splitter, "1}\r")).toEqual([]);
    expect(push(splitter, '\n{"b":2}\n\n{"c"')).toEqual(['{"a":1}', '{"b":2}', ""]);
    expect(push(splitter, ":3}\n")).toEqual(['{"c":3}']);
  });

  it("are looked at no further than they are wanted", () => {
    const taken: string[] = [];
    new LineSplitter("peer", 10).push(Buffer.from(`1\n\n3\n${"x".repeat(100)}`), (line) => taken.push(line) < 2);
    expect(taken).toEqual(["1", ""]);
  });

  it("keep a part although the caller reuses its buffer", () => {
    const splitter = new LineSplitter("peer", MAX_LINE_BYTES);
    const buffer = Buffer.from("ab");
    linesOf(splitter, buffer);
    buffer.fill("x");
    expect(push(splitter, "\n")).toEqual(["ab"]);
  });

  it("lose what stands before a byte 0xFF, as the agent's late answers do", () => {
    const splitter = new LineSplitter("agent", MAX_LINE_BYTES);
    expect(push(splitter, 'late half\xff{"return": 7}\n')).toEqual(['{"return": 7}']);
  });

  it("may be as long as the bound", () => {
    const line = "x".repeat(MAX_LINE_BYTES);
    expect(push(new LineSplitter("peer", MAX_LINE_BYTES), `${line}\n`)).toEqual([line]);
  });

  it("are refused when one does not end within the bound", () => {
    const splitter = new LineSplitter("the socket", MAX_LINE_BYTES);
    const chunk = Buffer.alloc(65_536, "x");
    const pushAll = (): void => {
      for (let bytes = 0; bytes <= MAX_LINE_BYTES; bytes += chunk.length) linesOf(splitter, chunk);
    };
    expect(pushAll).toThrow("the socket must hold lines of at most 1048576 bytes, but one is longer");
  });

  it("come out whole, though they come byte by byte", () => {
    const splitter = new LineSplitter("peer", MAX_LINE_BYTES);
    const line = "0123456789".repeat(100);
    expect([...`${line}\n`].flatMap((character) => push(splitter, character))).toEqual([line]);
  });
});
