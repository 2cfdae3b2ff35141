import { connect, type Socket } from "node:net";
import { problemOf, type SelfballoonError, selfballoonError } from "../../core/errors.ts";
import { LineSplitter, RESTART } from "./json-lines.ts";

/** What a peer that does not read may leave unsent. */
const MAX_UNSENT_BYTES = 65_536;

/**
 * Every socket reads into this one: what is read is taken before the next read begins. A buffer for each read, which is
 * what Node makes, costs more than all the rest of a small message.
 */
const READ_BUFFER = Buffer.allocUnsafeSlow(65_536);

/** Who is told what comes out of the socket. */
export interface LineSocketListener {
  readonly onLine: (line: string) => void;
  /** Called once, when the connection has ended for whatever reason but `close`. */
  readonly onEnd: (error: SelfballoonError) => void;
}

/** A connected unix socket that carries lines. */
export class LineSocket {
  private readonly path: string;
  private readonly socket: Socket;
  private readonly splitter: LineSplitter;
  private listener: LineSocketListener | null = null;
  private unsent = "";
  private ended = false;

  private constructor(path: string) {
    this.path = path;
    this.splitter = new LineSplitter(path);
    const callback = (bytes: number): boolean => {
      this.take(READ_BUFFER.subarray(0, bytes));
      return true;
    };
    this.socket = connect({ path, onread: { buffer: READ_BUFFER, callback } });
  }

  /**
   * Connect to `path`. A unix socket accepts or refuses at once, so this needs no deadline.
   * @throws ERR_SOCKET if nothing listens, ERR_PERMISSION if it is forbidden.
   */
  static connect(path: string): Promise<LineSocket> {
    const made = new LineSocket(path);
    return new Promise((resolve, reject) => {
      made.socket.once("error", (error) => reject(socketError(path, error)));
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

  private take(chunk: Buffer): void {
    try {
      for (const line of this.splitter.push(chunk)) {
        if (this.ended) return;
        this.listener?.onLine(line);
      }
    } catch (thrown) {
      this.end(selfballoonError("ERR_SOCKET", { path: this.path, problem: problemOf(thrown) }, thrown));
    }
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
