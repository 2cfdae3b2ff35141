import { connect, type Socket } from "node:net";
import { problemOf, type SelfballoonError, selfballoonError } from "../../core/errors.ts";
import { BYTES_PER_KIB } from "../../core/units.ts";
import type { PeerBudget } from "../host/peer-budget.ts";
import { LineSplitter, RESTART } from "./json-lines.ts";

/** What a peer that does not read may leave unsent. */
const MAX_UNSENT_BYTES = 65_536;

/**
 * Every socket reads into this one: what is read is taken before the next read begins. A buffer for each read, which is
 * what Node makes, costs more than all the rest of a small message.
 */
const READ_BUFFER = Buffer.allocUnsafeSlow(65_536);

/** A read costs as much as so many bytes, however little it brings. */
const READ_BYTES = 512;

/** Who is told what comes out of the socket. */
export interface LineSocketListener {
  readonly onLine: (line: string) => void;
  /** Called once, when the connection has ended for whatever reason but `close`. */
  readonly onEnd: (error: SelfballoonError) => void;
}

/** What leads to a peer, and what it may say. */
export interface LineSocketOptions {
  readonly path: string;
  readonly budget: PeerBudget;
  /** Longest line that is taken. */
  readonly maxLineBytes: number;
}

/** A connected unix socket that carries lines. */
export class LineSocket {
  private readonly path: string;
  private readonly budget: PeerBudget;
  private readonly socket: Socket;
  private readonly splitter: LineSplitter;
  private listener: LineSocketListener | null = null;
  private unsent = "";
  private ended = false;

  private constructor({ path, budget, maxLineBytes }: LineSocketOptions) {
    this.path = path;
    this.budget = budget;
    this.splitter = new LineSplitter(path, maxLineBytes);
    const callback = (bytes: number): boolean => {
      this.take(READ_BUFFER.subarray(0, bytes));
      return true;
    };
    this.socket = connect({ path, onread: { buffer: READ_BUFFER, callback } });
  }

  /**
   * Connect to the peer. A unix socket accepts or refuses at once, so this needs no deadline.
   * @throws ERR_SOCKET if nothing listens, ERR_PERMISSION if it is forbidden.
   */
  static connect(options: LineSocketOptions): Promise<LineSocket> {
    const made = new LineSocket(options);
    return new Promise((resolve, reject) => {
      made.socket.once("error", (error) => reject(socketError(options.path, error)));
      made.socket.once("connect", () => resolve(made));
    });
  }

  /** Hear what comes out. To be called in the turn of the event loop in which the connection came up. */
  listen(listener: LineSocketListener): void {
    this.listener = listener;
    const { path } = this;
    this.socket.removeAllListeners("error");
    this.socket.on("error", (error: Error) => this.end(socketError(path, error)));
    this.socket.on("close", () => this.end(selfballoonError("ERR_SOCKET", { path, problem: "it was closed" })));
  }

  /** Make the peer forget half of a command that an earlier client may have left. */
  restart(): void {
    this.socket.write(Buffer.from([RESTART]));
  }

  /** Send `text`; what is sent in one turn of the event loop goes out in one write. */
  send(text: string): void {
    if (this.ended) return;
    if (this.socket.writableLength > MAX_UNSENT_BYTES) {
      this.end(selfballoonError("ERR_SOCKET", { path: this.path, problem: "it takes no more commands" }));
      return;
    }
    if (this.unsent === "") process.nextTick(() => this.flush());
    this.unsent += text;
  }

  /** End the connection; the listener hears nothing more. */
  close(): void {
    this.ended = true;
    this.socket.destroy();
  }

  private flush(): void {
    if (!this.ended) this.socket.write(this.unsent);
    this.unsent = "";
  }

  /** False if the connection has ended: then the lines after it are nobody's. */
  private takeLine(line: string): boolean {
    if (!this.budget.takeLine()) this.end(this.flood());
    else if (line !== "") this.listener?.onLine(line);
    return !this.ended;
  }

  private take(chunk: Buffer): void {
    if (this.ended) return;
    try {
      if (this.budget.takeBytes(Math.max(chunk.length, READ_BYTES)))
        this.splitter.push(chunk, (line) => this.takeLine(line));
      else this.end(this.flood());
    } catch (thrown) {
      this.end(selfballoonError("ERR_SOCKET", { path: this.path, problem: problemOf(thrown) }, thrown));
    }
  }

  private flood(): SelfballoonError {
    const { linesPerS: lines, bytesPerS } = this.budget.limits;
    return selfballoonError("ERR_PEER_FLOODS", { path: this.path, lines, kib: bytesPerS / BYTES_PER_KIB });
  }

  private end(error: SelfballoonError): void {
    if (this.ended) return;
    this.close();
    this.listener?.onEnd(error);
  }
}

/** The socket's error in the table's words. EAGAIN: the queue of waiting connections is full. */
function socketError(path: string, error: NodeJS.ErrnoException): SelfballoonError {
  const problem = error.code === "EAGAIN" ? "another client holds it and more are waiting" : problemOf(error);
  if (error.code !== "EACCES" && error.code !== "EPERM")
    return selfballoonError("ERR_SOCKET", { path, problem }, error);
  const remedy = "run as root, or give this user's group write permission to the socket";
  return selfballoonError("ERR_PERMISSION", { path, mode: "writable", problem, remedy }, error);
}
