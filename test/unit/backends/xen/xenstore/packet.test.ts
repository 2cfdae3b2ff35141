import { describe, expect, it } from "vitest";
import {
  encodePacket,
  encodeTexts,
  PacketSplitter,
  parseTexts,
  TYPES,
} from "../../../../../src/backends/xen/xenstore/packet.ts";

const packetsOf = (splitter: PacketSplitter, bytes: Buffer) =>
  [...splitter.push(bytes)].map(({ type, requestId, payload }) => [type, requestId, payload.toString("latin1")]);

describe("a message of xenstore", () => {
  it("is type, request, no transaction, length, and what is said", () => {
    const bytes = encodePacket({ type: TYPES.watch, requestId: 7, payload: encodeTexts("control/a", "token") });
    expect(bytes.toString("latin1")).toBe(
      "\x04\0\0\0" + "\x07\0\0\0" + "\0\0\0\0" + "\x10\0\0\0" + "control/a\0token\0",
    );
  });

  it("is found in a stream, whatever the pieces are", () => {
    const stream = Buffer.concat([
      encodePacket({ type: TYPES.read, requestId: 1, payload: Buffer.from("512") }),
      encodePacket({ type: TYPES.event, requestId: 0, payload: encodeTexts("a", "b") }),
    ]);
    const whole = packetsOf(new PacketSplitter(), stream);
    expect(whole).toEqual([
      [TYPES.read, 1, "512"],
      [TYPES.event, 0, "a\0b\0"],
    ]);
    const splitter = new PacketSplitter();
    expect([...stream].flatMap((byte) => packetsOf(splitter, Buffer.from([byte])))).toEqual(whole);
  });

  it("has at most 4096 bytes after its header", () => {
    const longest = encodePacket({ type: TYPES.read, requestId: 1, payload: Buffer.alloc(4096) });
    expect([...new PacketSplitter().push(longest)]).toHaveLength(1);
    const longer = encodePacket({ type: TYPES.read, requestId: 1, payload: Buffer.alloc(4097) });
    expect(() => [...new PacketSplitter().push(longer)]).toThrow("a message can't have 4097 bytes");
  });

  it("holds texts with a NUL behind each, of which the last may lack it", () => {
    expect(parseTexts(Buffer.from("a\0b\0"))).toEqual(["a", "b"]);
    expect(parseTexts(Buffer.from("a\0b"))).toEqual(["a", "b"]);
    expect(parseTexts(Buffer.alloc(0))).toEqual([]);
  });
});
