import { createServer, type Server, type Socket } from "node:net";
import { afterAll, afterEach, beforeEach, describe, expect, it } from "vitest";
import { PeerBudget } from "../../../../../src/backends/host/peer-budget.ts";
import { RpcConnection } from "../../../../../src/backends/libvirt/rpc/connection.ts";
import {
  encodePacket,
  type Packet,
  type PacketHeader,
  PacketSplitter,
} from "../../../../../src/backends/libvirt/rpc/packet.ts";
import { KEEPALIVE, PROCEDURES, REMOTE } from "../../../../../src/backends/libvirt/rpc/procedures.ts";
import { XdrWriter } from "../../../../../src/backends/libvirt/rpc/xdr-writer.ts";
import type { SelfballoonError } from "../../../../../src/core/errors.ts";
import { eventually } from "../../../../support/qmp/eventually.ts";
import { socketDirectory } from "../../../../support/qmp/socket-directory.ts";

/** Long enough never to pass while something else is waited for. */
const LONG_MS = 60_000;

const HEADER = { program: REMOTE.number, version: 1, procedure: PROCEDURES.authList.number, type: 1, status: 0 };

/** What the peer may say, small enough to be exceeded. */
const LIMITS = {
  messageBytes: 1_048_576,
  linesPerS: 100,
  linesAtOnce: 1000,
  bytesPerS: 65_536,
  bytesAtOnce: 4_194_304,
};
const optionsFor = (path: string) => ({ path, limits: LIMITS, budget: new PeerBudget(LIMITS, () => 0) });

describe("a connection to libvirt", () => {
  const directory = socketDirectory();
  afterAll(() => directory.remove());
  const path = `${directory.path}/sock`;
  let server: Server;
  let peer: Socket;
  let heard: Packet[];
  let events: number[];
  let ends: SelfballoonError[];
  let connection: RpcConnection;

  beforeEach(async () => {
    [heard, events, ends] = [[], [], []];
    const accepted = new Promise<Socket>((resolve) => {
      server = createServer((socket) => {
        const splitter = new PacketSplitter(LIMITS.messageBytes);
        socket.on("error", () => {});
        socket.on("data", (chunk) => heard.push(...splitter.push(chunk)));
        resolve(socket);
      });
    });
    await new Promise<void>((resolve) => server.listen(path, resolve));
    const listener = {
      onEvent: (message: { int: () => number }) => void events.push(message.int()),
      onEnd: (error: SelfballoonError) => void ends.push(error),
    };
    connection = await RpcConnection.connect(optionsFor(path), listener);
    peer = await accepted;
  });

  afterEach(async () => {
    connection.close();
    peer.destroy();
    await new Promise((resolve) => server.close(resolve));
  });

  const ask = (deadlineMs = LONG_MS): Promise<number> =>
    connection.call(PROCEDURES.authList, Buffer.alloc(0), (reader) => reader.int(), deadlineMs);
  const answer = (header: Partial<PacketHeader>, payload = new XdrWriter().int(7)): void => {
    peer.write(encodePacket({ header: { ...HEADER, serial: 1, ...header }, payload: payload.bytes() }));
  };

  it("gives each call its own answer, in whatever order they come", async () => {
    const calls = [ask(), ask(), ask()];
    await eventually(() => heard.length === 3);
    for (const { header } of [...heard].reverse())
      answer({ serial: header.serial }, new XdrWriter().int(header.serial * 10));
    expect(await Promise.all(calls)).toEqual(heard.map(({ header }) => header.serial * 10));
  });

  it("says why libvirt refuses, and goes on", async () => {
    const refused = ask();
    answer({ status: 1 }, new XdrWriter().int(1).int(1).uint(1).string("no\nsuch domain"));
    await expect(refused).rejects.toMatchObject({
      code: "ERR_LIBVIRT",
      message: `libvirt at ${path} must carry out authList: no such domain`,
    });
    const next = ask();
    answer({ serial: 2 });
    expect(await next).toBe(7);
  });

  it("gives a call up at its deadline, takes its late answer for nothing, and goes on", async () => {
    await expect(ask(20)).rejects.toMatchObject({ code: "ERR_DEADLINE" });
    const next = ask();
    answer({ serial: 1 });
    answer({ serial: 2 }, new XdrWriter().int(8));
    expect(await next).toBe(8);
    expect(ends).toEqual([]);
  });

  it("answers when it is asked whether it is alive", async () => {
    const { program, ping, pong } = KEEPALIVE;
    answer({ program: program.number, procedure: ping, type: 2, serial: 0 }, new XdrWriter());
    await eventually(() => heard.length === 1);
    expect(heard[0]?.header).toMatchObject({ program: program.number, procedure: pong, type: 2, serial: 0 });
  });

  it("hands events on, and leaves out what it does not know", async () => {
    answer({ type: 3, serial: 0 });
    answer({ type: 2, serial: 0, program: 0x2000_8090 });
    answer({ type: 2, serial: 0 }, new XdrWriter().int(9));
    await eventually(() => events.length > 0);
    expect(events).toEqual([9]);
  });

  it.each<[string, () => void]>([
    ["garbage", () => void peer.write("GET / HTTP/1.1\r\n\r\n")],
    ["a length of 4 GiB", () => void peer.write(Buffer.from("ffffffff", "hex"))],
    ["a length of nothing", () => void peer.write(Buffer.alloc(4))],
    ["half a message and then the end", () => void peer.end(Buffer.from("0000002020008086", "hex"))],
    ["the end", () => void peer.destroy()],
    ["an answer to a call that was never made", () => answer({ serial: 3 })],
    ["an answer to no call", () => answer({ serial: 0 })],
    ["another procedure's answer", () => answer({ procedure: 1 })],
    ["another program's answer", () => answer({ program: 0x2000_8087 })],
    ["an answer that is cut off", () => answer({}, new XdrWriter())],
    ["an answer with more than it holds", () => answer({}, new XdrWriter().int(7).int(7))],
    ["an error that is cut off", () => answer({ status: 1 }, new XdrWriter())],
    ["an event that is cut off", () => answer({ type: 2, serial: 0 }, new XdrWriter())],
  ])("ends with an error for all who wait when it hears %s", async (_, say) => {
    const calls = Promise.allSettled([ask(), ask()]);
    await eventually(() => heard.length === 2);
    say();
    const codes = (await calls).map((result) => result.status === "rejected" && result.reason.code);
    expect(codes.at(-1)).toBe("ERR_LIBVIRT");
    expect(ends).toHaveLength(1);
    await expect(ask()).rejects.toMatchObject({ code: "ERR_LIBVIRT" });
  });

  it("takes an answer that comes byte by byte", async () => {
    const call = ask();
    const bytes = encodePacket({ header: { ...HEADER, serial: 1 }, payload: new XdrWriter().int(7).bytes() });
    for (const byte of bytes) await new Promise<void>((resolve) => peer.write(Buffer.from([byte]), () => resolve()));
    expect(await call).toBe(7);
    expect(ends).toEqual([]);
  });

  it("waits no longer than its deadline for the other half of an answer", async () => {
    peer.write(encodePacket({ header: { ...HEADER, serial: 1 }, payload: Buffer.alloc(1000) }).subarray(0, 900));
    await expect(ask(50)).rejects.toMatchObject({ code: "ERR_DEADLINE" });
    expect(ends).toEqual([]);
  });

  it.each([
    ["messages", 4, 2 * LIMITS.linesAtOnce],
    ["bytes", 900_000, 10],
  ])("ends when the peer says more %s than it may", async (_, bytes, messages) => {
    const call = ask();
    const header = { ...HEADER, type: 2, procedure: 318, serial: 0 };
    const message = encodePacket({ header, payload: Buffer.alloc(bytes) });
    for (let nth = 0; nth < messages; nth += 1) peer.write(message);
    await expect(call).rejects.toMatchObject({ code: "ERR_LIBVIRT", message: expect.stringContaining("said more") });
    expect(ends).toHaveLength(1);
    expect(events.length).toBeLessThanOrEqual(LIMITS.linesAtOnce);
  });

  it("ends when nobody reads what it sends", async () => {
    peer.pause();
    const big = Buffer.alloc(2_000_000);
    const calls = [1, 2, 3].map(() => connection.call(PROCEDURES.authList, big, () => {}, LONG_MS));
    for (const result of await Promise.allSettled(calls)) {
      expect(result).toMatchObject({ reason: { message: expect.stringContaining("it takes no more calls") } });
    }
  });

  it("tells nobody when it is closed, but those who wait", async () => {
    const waiting = ask();
    connection.close();
    await expect(waiting).rejects.toMatchObject({ code: "ERR_LIBVIRT" });
    expect(ends).toEqual([]);
  });

  it("is refused where nothing listens", async () => {
    await expect(
      RpcConnection.connect(optionsFor(`${path}-not`), { onEvent: () => {}, onEnd: () => {} }),
    ).rejects.toMatchObject({
      code: "ERR_LIBVIRT",
      message: expect.stringContaining("ENOENT"),
    });
  });
});
