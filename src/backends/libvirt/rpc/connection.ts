import { connect, type Socket } from "node:net";
import { problemOf, type SelfballoonError, selfballoonError } from "../../../core/errors.ts";
import { BYTES_PER_KIB } from "../../../core/units.ts";
import { oneLine } from "../../host/json.ts";
import type { PeerBudget } from "../../host/peer-budget.ts";
import type { RpcLimits } from "./limits.ts";
import { encodePacket, MESSAGE_TYPES, type Packet, type PacketHeader, PacketSplitter, STATUSES } from "./packet.ts";
import { KEEPALIVE, type Procedure, REMOTE } from "./procedures.ts";
import { readErrorMessage } from "./values.ts";
import { XdrReader } from "./xdr-reader.ts";

/** What a daemon that does not read may leave unsent. */
const MAX_UNSENT_BYTES = 1_048_576;

/** What is sent and does not fail. */
const SENT = { version: 1, serial: 0, status: STATUSES.ok } as const;

/**
 * Every socket reads into this one: what is read is taken before the next read begins. A buffer for each read, which is
 * what Node makes, costs more than all the rest of a small message.
 */
const READ_BUFFER = Buffer.allocUnsafeSlow(65_536);

/** What leads to the daemon, and what it may say. */
export interface RpcConnectionOptions {
  readonly path: string;
  readonly limits: RpcLimits;
  /** Kept over connections, so that a new one brings nothing new. */
  readonly budget: PeerBudget;
}

export interface RpcListener {
  /** An event that was registered for: libvirt's `..._msg`. */
  readonly onEvent: (message: XdrReader) => void;
  /** The connection has ended by itself. Called once. */
  readonly onEnd: (error: SelfballoonError) => void;
}

interface Waiting {
  readonly procedure: Procedure;
  readonly take: (packet: Packet) => void;
  readonly reject: (error: SelfballoonError) => void;
}

/** One connection to libvirt's daemon, with many calls in flight. What it says that can't be ends this connection alone. */
export class RpcConnection {
  private readonly path: string;
  private readonly limits: RpcLimits;
  private readonly budget: PeerBudget;
  private readonly socket: Socket;
  private readonly listener: RpcListener;
  private readonly splitter: PacketSplitter;
  private readonly waiting = new Map<number, Waiting>();
  private lastSerial = 0;
  /** Why it has ended; null while it has not. */
  private ended: string | null = null;

  private constructor({ path, limits, budget }: RpcConnectionOptions, listener: RpcListener) {
    this.path = path;
    this.limits = limits;
    this.budget = budget;
    this.listener = listener;
    this.splitter = new PacketSplitter(limits.messageBytes);
    const callback = (bytes: number): boolean => {
      this.take(READ_BUFFER.subarray(0, bytes));
      return true;
    };
    this.socket = connect({ path, onread: { buffer: READ_BUFFER, callback } });
  }

  /** A unix socket accepts or refuses at once, so this needs no deadline. @throws ERR_LIBVIRT if nothing listens at the path, or if it may not be used. */
  static connect(options: RpcConnectionOptions, listener: RpcListener): Promise<RpcConnection> {
    const made = new RpcConnection(options, listener);
    return new Promise((resolve, reject) => {
      const refuse = (error: Error): void => reject(libvirtError(options.path, "connect", problemOf(error)));
      made.socket.once("error", refuse);
      made.socket.once("connect", () => {
        made.socket.off("error", refuse);
        made.attend();
        resolve(made);
      });
    });
  }

  /**
   * Call `procedure`, and read its answer with `read`.
   * @throws ERR_LIBVIRT if libvirt refuses, or if the connection ends; ERR_DEADLINE, after which the answer may still come
   * and is not waited for.
   */
  call<T>(procedure: Procedure, args: Buffer, read: (reader: XdrReader) => T, deadlineMs: number): Promise<T> {
    this.lastSerial += 1;
    const serial = this.lastSerial;
    return new Promise<T>((resolve, reject) => {
      const late = (): void => {
        this.waiting.delete(serial);
        reject(selfballoonError("ERR_DEADLINE", { what: `libvirt's ${procedure.name}`, deadlineMs }));
      };
      const timer = setTimeout(late, deadlineMs);
      const settle = (act: () => void): void => {
        clearTimeout(timer);
        act();
      };
      const take = (packet: Packet): void => {
        if (packet.header.status === STATUSES.ok) {
          const value = whole(packet.payload, read);
          settle(() => resolve(value));
        } else {
          const problem = readErrorMessage(new XdrReader(packet.payload));
          settle(() => reject(libvirtError(this.path, procedure.name, problem)));
        }
      };
      this.waiting.set(serial, { procedure, take, reject: (error) => settle(() => reject(error)) });
      this.send(
        { program: procedure.program.number, procedure: procedure.number, type: MESSAGE_TYPES.call, serial },
        args,
      );
    });
  }

  /** End it; the listener hears nothing more. */
  close(): void {
    this.finish("it was closed by us");
  }

  private attend(): void {
    this.socket.unref(); // calls have timers; without any, nothing is waited for
    this.socket.on("error", (error) => this.end(problemOf(error)));
    this.socket.on("close", () => this.end("it was closed"));
  }

  private send(header: Omit<PacketHeader, "version" | "status">, payload: Buffer): void {
    if (this.ended !== null) this.failAll(this.ended);
    else if (this.socket.writableLength > MAX_UNSENT_BYTES) this.end("it takes no more calls");
    else this.socket.write(encodePacket({ header: { ...SENT, ...header }, payload }));
  }

  private take(chunk: Buffer): void {
    if (this.ended !== null) return;
    try {
      const mayBeRead = this.budget.takeBytes(chunk.length);
      for (const packet of mayBeRead ? this.splitter.push(chunk) : []) if (!this.takePacket(packet)) return;
      if (!mayBeRead) this.flood();
    } catch (thrown) {
      this.end(`it said what can't be: ${problemOf(thrown)}`);
    }
  }

  /** False if the connection has ended: then the packets after it are nobody's. */
  private takePacket(packet: Packet): boolean {
    if (this.ended !== null) return false;
    if (this.budget.takeLine()) this.dispatch(packet);
    else this.flood();
    return true;
  }

  private dispatch(packet: Packet): void {
    const { program, procedure, type, serial } = packet.header;
    if (program === KEEPALIVE.program.number) {
      if (procedure === KEEPALIVE.ping) this.answerPing();
    } else if (type === MESSAGE_TYPES.reply) {
      this.reply(serial, packet);
    } else if (type === MESSAGE_TYPES.message && program === REMOTE.number) {
      this.listener.onEvent(new XdrReader(packet.payload));
    }
  }

  private reply(serial: number, packet: Packet): void {
    const waiting = this.waiting.get(serial);
    if (waiting === undefined) {
      if (serial === 0 || serial > this.lastSerial) this.end(`it answered a call that was never made, ${serial}`);
      return; // else its caller has given up
    }
    const { program, procedure } = packet.header;
    if (program !== waiting.procedure.program.number || procedure !== waiting.procedure.number) {
      this.end(`it answered ${waiting.procedure.name} with another procedure's answer`);
      return;
    }
    waiting.take(packet);
    this.waiting.delete(serial);
  }

  private answerPing(): void {
    const { program, pong } = KEEPALIVE;
    this.send({ program: program.number, procedure: pong, type: MESSAGE_TYPES.message, serial: 0 }, Buffer.alloc(0));
  }

  private flood(): void {
    const { linesPerS, bytesPerS } = this.limits;
    this.end(`it may say ${linesPerS} messages and ${bytesPerS / BYTES_PER_KIB} KiB a second, and said more`);
  }

  private end(problem: string): void {
    if (this.ended !== null) return;
    this.finish(problem);
    this.listener.onEnd(libvirtError(this.path, "connection", problem));
  }

  private finish(problem: string): void {
    this.ended = problem;
    this.socket.destroy();
    this.failAll(problem);
  }

  private failAll(problem: string): void {
    const all = [...this.waiting.values()];
    this.waiting.clear();
    for (const { procedure, reject } of all) reject(libvirtError(this.path, procedure.name, problem));
  }
}

/** What `read` finds in all of the payload. */
function whole<T>(payload: Buffer, read: (reader: XdrReader) => T): T {
  const reader = new XdrReader(payload);
  const value = read(reader);
  reader.end();
  return value;
}

function libvirtError(path: string, call: string, problem: string): SelfballoonError {
  return selfballoonError("ERR_LIBVIRT", { path, call, problem: oneLine(problem) });
}
