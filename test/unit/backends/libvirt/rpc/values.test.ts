import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { NAMED_LIMITS } from "../../../../../src/backends/libvirt/rpc/limits.ts";
import { MESSAGE_TYPES, type Packet, PacketSplitter } from "../../../../../src/backends/libvirt/rpc/packet.ts";
import { PROCEDURES, type Procedure } from "../../../../../src/backends/libvirt/rpc/procedures.ts";
import {
  domainArgument,
  readAllStats,
  readAuthTypes,
  readDomain,
  readErrorMessage,
  readMemoryStats,
  readString,
} from "../../../../../src/backends/libvirt/rpc/values.ts";
import { XdrError, XdrReader } from "../../../../../src/backends/libvirt/rpc/xdr-reader.ts";
import { XdrWriter } from "../../../../../src/backends/libvirt/rpc/xdr-writer.ts";
import { captured } from "../../../../support/libvirt/captured.ts";

const TEST = { name: "test", uuid: "6695eb01-f6a4-8304-79aa-97f2502e193f", id: 1 };
const UUID = Buffer.from(TEST.uuid.replaceAll("-", ""), "hex");

const packets = captured().flatMap(({ from, bytes }) =>
  [...new PacketSplitter(NAMED_LIMITS.messageBytes).push(bytes)].map((packet) => ({ ...packet, from })),
);

/** What was said of `procedure` on the way to libvirt, or back. */
function said(from: "client" | "server", { number }: Procedure): readonly Packet[] {
  return packets.filter((packet) => packet.from === from && packet.header.procedure === number);
}

function first(from: "client" | "server", procedure: Procedure): XdrReader {
  return new XdrReader(said(from, procedure)[0]?.payload ?? Buffer.alloc(0));
}

describe("what libvirtd 9 said to virsh", () => {
  it("names the ways to authenticate", () => {
    expect(readAuthTypes(first("server", PROCEDURES.authList))).toEqual([0]);
  });

  it("tells of all domains", () => {
    const reader = first("server", PROCEDURES.allStatistics);
    expect(readAllStats(reader)).toEqual([
      {
        domain: TEST,
        parameters: new Map([
          ["state.state", 1],
          ["state.reason", 0],
        ]),
      },
    ]);
    reader.end();
  });

  it("tells of a domain's memory and what it is", () => {
    const stats = first("server", PROCEDURES.memoryStats);
    expect(readMemoryStats(stats).get(6)).toBe(2_097_152n);
    stats.end();
    expect(readString(first("server", PROCEDURES.describe))).toMatch(/^<domain type='test' id='1'>/);
  });

  it("says why it refuses", () => {
    const refused = packets.find(({ header }) => header.status === 1);
    expect(readErrorMessage(new XdrReader(refused?.payload ?? Buffer.alloc(0)))).toContain("Domain not found");
  });

  it("says what happened, to whom and for which callback", () => {
    const events = packets.filter(({ header }) => header.type === MESSAGE_TYPES.message);
    expect(events).toHaveLength(2);
    for (const { payload } of events) {
      const reader = new XdrReader(payload);
      expect(reader.int()).toBe(0);
      expect(readDomain(reader)).toEqual(TEST);
    }
  });
});

describe("what virsh said to libvirtd 9 is what is said here", () => {
  const domain = new XdrWriter().string(TEST.name).opaque(UUID).int(TEST.id).bytes();
  const ours = domainArgument(TEST.uuid).bytes();

  it.each([
    [PROCEDURES.open, new XdrWriter().uint(1).string("test:///default").uint(0).bytes()],
    [PROCEDURES.allStatistics, new XdrWriter().uint(0).uint(5).uint(0x2000_0001).bytes()],
    [PROCEDURES.registerEvent, new XdrWriter().int(0).uint(0).bytes()],
    [PROCEDURES.describe, Buffer.concat([domain, new XdrWriter().uint(0).bytes()])],
    [PROCEDURES.setMemory, Buffer.concat([domain, new XdrWriter().uhyper(1_048_576n).uint(1).bytes()])],
    [PROCEDURES.setStatisticsPeriod, Buffer.concat([domain, new XdrWriter().int(1).uint(1).bytes()])],
  ])("%o", (procedure, args) => {
    expect(said("client", procedure)[0]?.payload).toEqual(args);
  });

  it("but for a domain's name, and its ID, which nobody reads", () => {
    expect(readDomain(new XdrReader(ours))).toEqual({ name: "", uuid: TEST.uuid, id: -1 });
  });
});

describe("any bytes", () => {
  it.each([readAuthTypes, readAllStats, readMemoryStats, readString, readErrorMessage, readDomain])(
    "are read by %o, or refused",
    (read) => {
      fc.assert(
        fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
          try {
            read(new XdrReader(Buffer.from(bytes)));
          } catch (thrown) {
            expect(thrown).toBeInstanceOf(XdrError);
          }
        }),
      );
    },
  );

  it("of a real answer that was changed anywhere are read, or refused", () => {
    const answer = said("server", PROCEDURES.allStatistics)[0]?.payload ?? Buffer.alloc(0);
    fc.assert(
      fc.property(fc.nat(answer.length - 1), fc.nat(255), (at, value) => {
        const changed = Buffer.from(answer);
        changed[at] = value;
        try {
          readAllStats(new XdrReader(changed));
        } catch (thrown) {
          expect(thrown).toBeInstanceOf(XdrError);
        }
      }),
    );
  });
});
