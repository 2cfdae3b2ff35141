import { createServer, type Server, type Socket } from "node:net";
import { NAMED_LIMITS } from "../../../src/backends/libvirt/rpc/limits.ts";
import {
  encodePacket,
  MESSAGE_TYPES,
  type Packet,
  PacketSplitter,
  STATUSES,
} from "../../../src/backends/libvirt/rpc/packet.ts";
import { PROCEDURES, REMOTE } from "../../../src/backends/libvirt/rpc/procedures.ts";
import { readDomain, readString } from "../../../src/backends/libvirt/rpc/values.ts";
import { XdrReader } from "../../../src/backends/libvirt/rpc/xdr-reader.ts";
import { XdrWriter } from "../../../src/backends/libvirt/rpc/xdr-writer.ts";
import { problemOf } from "../../../src/core/errors.ts";
import { socketDirectory } from "../qmp/socket-directory.ts";
import type { FakeDomain, FakeVirsh } from "./fake-virsh.ts";

/** virDomainEventID. */
export const EVENTS = { lifecycle: 0, reboot: 1, balloon: 13, agent: 18, deviceAdded: 19 } as const;

/** Most domains that are asked for by themselves. */
const MAX_WANTED = 64;

/** libvirt's daemon with the domains of a fake virsh, behind a unix socket. */
export class FakeLibvirtd {
  readonly path: string;
  /** What a client is told of authentication (remote_auth_type). */
  authTypes: readonly number[] = [0];
  /** Whether polkit lets the client in, where it is asked. */
  polkitAgrees = true;
  /** Procedures that were called, by their number. */
  readonly called: number[] = [];
  private readonly virsh: FakeVirsh;
  private readonly directory = socketDirectory();
  private readonly server: Server;
  private readonly sockets = new Set<Socket>();
  /** By connection: the callbacks' numbers, by event. */
  private readonly callbacks = new Map<Socket, Map<number, number>>();

  private constructor(virsh: FakeVirsh) {
    this.virsh = virsh;
    this.path = `${this.directory.path}/libvirt-sock`;
    this.server = createServer((socket) => this.serve(socket));
  }

  static async start(virsh: FakeVirsh): Promise<FakeLibvirtd> {
    const made = new FakeLibvirtd(virsh);
    await made.listen();
    return made;
  }

  get connections(): number {
    return this.sockets.size;
  }

  listen(): Promise<void> {
    return new Promise((resolve) => this.server.listen(this.path, resolve));
  }

  /** The daemon ends: its socket is there no longer, and connections are closed. */
  async end(): Promise<void> {
    const closed = new Promise((resolve) => this.server.close(resolve));
    this.drop();
    await closed;
  }

  /** It ends its connections, and takes others. */
  drop(): void {
    for (const socket of this.sockets) socket.destroy();
  }

  async stop(): Promise<void> {
    await this.end();
    this.directory.remove();
  }

  /** Say that something happened to a domain; `rest` follows it in the message. */
  event(event: number, { name, uuid, id }: FakeDomain, rest: XdrWriter = new XdrWriter()): void {
    for (const [socket, callbacks] of this.callbacks) {
      const callback = callbacks.get(event);
      if (callback === undefined) continue;
      const head = domain(new XdrWriter().int(callback), { name, uuid, id });
      const header = { program: REMOTE.number, version: 1, procedure: 318, serial: 0, status: STATUSES.ok };
      const payload = Buffer.concat([head.bytes(), rest.bytes()]);
      socket.write(encodePacket({ header: { ...header, type: MESSAGE_TYPES.message }, payload }));
    }
  }

  private serve(socket: Socket): void {
    const splitter = new PacketSplitter(NAMED_LIMITS.messageBytes);
    this.sockets.add(socket);
    this.callbacks.set(socket, new Map());
    socket.on("error", () => {});
    socket.on("close", () => {
      this.sockets.delete(socket);
      this.callbacks.delete(socket);
    });
    socket.on("data", (chunk) => {
      for (const packet of splitter.push(chunk)) void this.answer(packet, socket);
    });
  }

  private async answer({ header, payload }: Packet, socket: Socket): Promise<void> {
    this.called.push(header.procedure);
    if (this.virsh.hanging) return;
    const reply = (status: number, value: Buffer): void => {
      const type = MESSAGE_TYPES.reply;
      socket.write(encodePacket({ header: { ...header, type, status }, payload: value }));
    };
    try {
      reply(STATUSES.ok, (await this.result(header.procedure, new XdrReader(payload), socket)).bytes());
    } catch (thrown) {
      reply(STATUSES.error, errorOf(problemOf(thrown)).bytes());
    }
  }

  private async result(procedure: number, args: XdrReader, socket: Socket): Promise<XdrWriter> {
    if (procedure === PROCEDURES.authList.number) return list(this.authTypes, (writer, type) => writer.int(type));
    if (procedure === PROCEDURES.authPolkit.number) {
      if (!this.polkitAgrees) throw new Error("authentication failed: access denied by polkit");
      return new XdrWriter().int(1);
    }
    if (procedure === PROCEDURES.registerEvent.number) return this.register(args.int(), socket);
    if (procedure === PROCEDURES.allStatistics.number) return this.statistics(args);
    if (procedure === PROCEDURES.open.number || procedure === PROCEDURES.close.number) return new XdrWriter();
    const argument = `--domain=${readDomain(args).uuid}`;
    const run = async (...words: readonly string[]): Promise<string> => (await this.virsh.run(words)).stdout;
    if (procedure === PROCEDURES.describe.number) return new XdrWriter().string(await run("dumpxml", argument));
    if (procedure === PROCEDURES.agentCommand.number) {
      const reply = await run("qemu-agent-command", argument, `--cmd=${readString(args)}`);
      return new XdrWriter().uint(1).string(reply.trim());
    }
    if (procedure === PROCEDURES.setMemory.number) await run("setmem", argument, `--size=${args.uhyper()}`);
    if (procedure === PROCEDURES.setStatisticsPeriod.number)
      await run("dommemstat", argument, `--period=${args.int()}`);
    if (procedure !== PROCEDURES.memoryStats.number) return new XdrWriter();
    const actual = /^actual ([0-9]+)$/m.exec(await run("dommemstat", argument))?.[1] ?? "0";
    return new XdrWriter().uint(2).int(7).uhyper(409_600n).int(6).uhyper(BigInt(actual));
  }

  private register(event: number, socket: Socket): XdrWriter {
    const callback = 100 + event;
    this.callbacks.get(socket)?.set(event, callback);
    return new XdrWriter().int(callback);
  }

  private async statistics(args: XdrReader): Promise<XdrWriter> {
    const wanted = args.array(MAX_WANTED, () => readDomain(args).uuid);
    const { stdout } = await this.virsh.run(["domstats", ...wanted]);
    const blocks = stdout.split(/^Domain: .*\n/m).slice(1);
    const all = [...this.virsh.domains.values()];
    const domains = wanted.length === 0 ? all : all.filter(({ uuid }) => wanted.includes(uuid));
    return list(domains, (writer, found, index) => {
      const values = [...(blocks[index] ?? "").matchAll(/^ {2}(\S+)=(\d+)$/gm)];
      domain(writer, found).uint(values.length);
      for (const [, key = "", value = ""] of values) writer.string(key).int(4).uhyper(BigInt(value));
    });
  }
}

/** remote_error: internal error (1), of QEMU's driver (10), an error (2). */
function errorOf(problem: string): XdrWriter {
  const message = problem.replace(/^.*?error: /, "");
  return new XdrWriter()
    .int(1)
    .int(10)
    .uint(1)
    .string(message)
    .int(2)
    .uint(0)
    .uint(0)
    .uint(0)
    .uint(0)
    .int(-1)
    .int(-1)
    .uint(0);
}

function domain(
  writer: XdrWriter,
  { name, uuid, id }: { readonly name: string; readonly uuid: string; readonly id: number },
): XdrWriter {
  return writer
    .string(name)
    .opaque(Buffer.from(uuid.replaceAll("-", ""), "hex"))
    .int(id);
}

function list<T>(values: readonly T[], write: (writer: XdrWriter, value: T, index: number) => void): XdrWriter {
  const writer = new XdrWriter().uint(values.length);
  for (const [index, value] of values.entries()) write(writer, value, index);
  return writer;
}
