import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { NAMED_LIMITS } from "../../../../../src/backends/libvirt/rpc/limits.ts";
import { encodePacket, type Packet, PacketSplitter } from "../../../../../src/backends/libvirt/rpc/packet.ts";
import { XdrError } from "../../../../../src/backends/libvirt/rpc/xdr-reader.ts";
import { captured } from "../../../../support/libvirt/captured.ts";

const uint = fc.nat(2 ** 32 - 1);
const int = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
const packets: fc.Arbitrary<Packet> = fc.record({
  header: fc.record({ program: uint, version: uint, procedure: int, type: int, serial: uint, status: int }),
  payload: fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes)),
});

function split(chunks: readonly Buffer[]): readonly Packet[] {
  const splitter = new PacketSplitter(NAMED_LIMITS.messageBytes);
  return chunks.flatMap((chunk) => [...splitter.push(chunk)]);
}

describe("packets", () => {
  it("come out as they went in, wherever the stream is cut", () => {
    fc.assert(
      fc.property(fc.array(packets, { maxLength: 5 }), fc.integer({ min: 1, max: 100 }), (sent, bytes) => {
        const stream = Buffer.concat(sent.map(encodePacket));
        const count = Math.ceil(stream.length / bytes);
        const chunks = Array.from({ length: count }, (_, index) => stream.subarray(index * bytes, (index + 1) * bytes));
        expect(split(chunks)).toEqual(sent);
      }),
    );
  });

  it("of real traffic are the same bytes again", () => {
    for (const stream of captured()) {
      expect(Buffer.concat(split([stream.bytes]).map(encodePacket))).toEqual(stream.bytes);
    }
  });

  it.each([0, 4, 27, 33_554_437, 2 ** 32 - 1])("can't have a length of %i", (length) => {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(length);
    expect(() => split([bytes])).toThrow(XdrError);
  });

  it("are made of any bytes, or refused", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        try {
          split([Buffer.from(bytes)]);
        } catch (thrown) {
          expect(thrown).toBeInstanceOf(XdrError);
        }
      }),
    );
  });
});
