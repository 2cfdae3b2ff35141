import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { Duplex } from "node:stream";

/** The parser is handed so many bytes at once: few requests fit in, however short they are. */
const PIECE_BYTES = 2048;

/** Requests of one connection that may be under way; who sends more without waiting for an answer is cut off. */
const MAX_PIPELINED = 4;

/** So much of an answer is handed to the system at once; each that it has taken shows that the reader still reads. */
const WRITE_BYTES = 65_536;

/**
 * What a connection is at. `idle`: nothing is asked. `receiving`: a request has begun to arrive. `stalled`: an answer waits
 * for its reader. `busy`: an answer is being made, or is a stream whose reader keeps up.
 */
export type ConnectionState = "idle" | "receiving" | "stalled" | "busy";

/**
 * A client's connection as the HTTP parser sees it: bytes reach it in small pieces, and none while an answer is under way, so
 * that a client holds one request's worth of memory, however many it sends.
 */
export class Connection extends Duplex {
  readonly localAddress: string | undefined;
  readonly localPort: number | undefined;
  private readonly socket: Socket;
  private readonly nowMs: () => number;
  private requests = 0;
  private isReceiving = false;
  private isHeld = false;
  private isHungry = false;
  private changedMs: number;

  constructor(socket: Socket, nowMs: () => number) {
    // Nothing is read ahead.
    super({ readableHighWaterMark: 1 });
    this.socket = socket;
    this.nowMs = nowMs;
    this.changedMs = nowMs();
    this.localAddress = socket.localAddress;
    this.localPort = socket.localPort;
    socket.on("readable", () => this.feed());
    socket.on("end", () => this.push(null));
    // A client that vanishes is its own business; `close` follows.
    socket.on("error", () => {});
    socket.on("close", () => this.destroy());
  }

  get state(): ConnectionState {
    if (this.writableLength > 0) return "stalled";
    if (this.requests > 0 && this.isHeld) return "busy";
    return this.isReceiving || this.requests > 0 ? "receiving" : "idle";
  }

  /** When it came into its state or, while an answer is read, when the system last took a part of it. */
  get sinceMs(): number {
    return this.changedMs;
  }

  /** A request begins; false if it is one too many, and the connection is cut off. */
  begin(request: IncomingMessage, response: ServerResponse): boolean {
    this.requests += 1;
    if (this.requests > MAX_PIPELINED) this.destroy();
    if (this.destroyed) return false;
    // Until its body is there, the rest of the request must still come through.
    if (hasBody(request)) request.once("end", () => this.hold());
    else this.hold();
    response.once("close", () => this.answered());
    return true;
  }

  override _read(): void {
    this.isHungry = true;
    // Not before the parser has seen the last piece: it may be the end of a request.
    process.nextTick(() => this.feed());
  }

  override _write(chunk: Buffer, _: BufferEncoding, done: (error?: Error | null) => void): void {
    const taken = (error?: Error | null): void => {
      this.changedMs = this.nowMs();
      if (error || chunk.length <= WRITE_BYTES) done(error);
      else this._write(chunk.subarray(WRITE_BYTES), _, done);
    };
    this.socket.write(chunk.subarray(0, WRITE_BYTES), taken);
  }

  override _final(done: () => void): void {
    this.socket.end(done);
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.socket.destroy();
    done(error);
  }

  private feed(): void {
    const isFed = this.isHungry && !this.isHeld;
    // Of an empty buffer nothing is read but its end, which counts at any time: then the client has disappeared.
    if (!isFed && this.socket.readableLength > 0) return;
    const piece = this.socket.read(Math.min(PIECE_BYTES, this.socket.readableLength) || undefined) as Buffer | null;
    if (piece === null) return;
    if (!this.isReceiving && this.requests === 0) {
      this.isReceiving = true;
      this.changedMs = this.nowMs();
    }
    this.isHungry = false;
    this.push(piece);
  }

  private hold(): void {
    this.isReceiving = false;
    this.isHeld = true;
    this.changedMs = this.nowMs();
  }

  private answered(): void {
    this.requests -= 1;
    if (this.requests > 0) return;
    this.isHeld = false;
    this.changedMs = this.nowMs();
    this.feed();
  }
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0;
}
