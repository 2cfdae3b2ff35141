import { hasSystemCode, problemOf } from "../../../core/errors.ts";
import type { ByteChannel, OpenChannel } from "../../../machine/device-channel.ts";
import type { Clock } from "../../../time/clock.ts";
import { encodePacket, encodeTexts, type Packet, PacketSplitter, parseTexts, TYPES } from "./packet.ts";

/** xenstored answers within milliseconds, in an emulated machine within tenths of a second. */
const DEADLINE_MS = 5000;

/** What comes back with each event of our watch. */
const TOKEN = "selfballoon";

/** xenstored's words for what went wrong, such as `ENOENT`. */
const REFUSAL = /^E[A-Z0-9]{1,15}$/;

export interface XenstoreListener {
  /** Something at or below the watched path has changed: which path. */
  readonly onEvent: (path: string) => void;
  /** It has ended by itself; whatever is asked from now on throws. */
  readonly onEnd: () => void;
}

/** xenstored refused: `code` is its word for it, such as `EACCES`. */
export class XenstoreRefusal extends Error {
  readonly code: string;

  constructor(request: string, code: string) {
    super(`${request} was refused: ${code}`);
    this.code = code;
  }
}

interface Waiting {
  readonly type: number;
  readonly requestId: number;
  readonly request: string;
  readonly resolve: (payload: Buffer) => void;
  readonly reject: (error: Error) => void;
}

/**
 * One connection to xenstored, which answers one request at a time; paths without a slash in front are the guest's own. What it
 * says that can't be, and an answer that is late, end the connection. Every call throws XenstoreRefusal where xenstored refuses,
 * and Error once it has ended.
 */
export class XenstoreConnection {
  private readonly clock: Clock;
  private readonly listener: XenstoreListener;
  private readonly channel: ByteChannel;
  private readonly splitter = new PacketSplitter();
  private waiting: Waiting | null = null;
  private lastId = 0;
  /** Why it has ended; null while it has not. */
  private ended: string | null = null;

  /** @throws what `open` throws. */
  constructor(open: OpenChannel, clock: Clock, listener: XenstoreListener) {
    this.clock = clock;
    this.listener = listener;
    this.channel = open({ onBytes: (chunk) => this.take(chunk), onEnd: (problem) => this.end(problem) });
  }

  /** @throws Error, saying why, if it has ended. */
  requireOpen(): void {
    if (this.ended !== null) throw new Error(this.ended);
  }

  /** The value at `path`, a character for each byte; null if there is none. */
  async read(path: string): Promise<string | null> {
    const payload = await orNull(this.ask("read", path, encodeTexts(path)));
    return payload?.toString("latin1") ?? null;
  }

  /** The names right below `path`; none if it is not there. */
  async list(path: string): Promise<readonly string[]> {
    const payload = await orNull(this.ask("list", path, encodeTexts(path)));
    return payload === null ? [] : parseTexts(payload);
  }

  /** Set the value at `path`, which is made if it is not there. */
  async write(path: string, value: string): Promise<void> {
    await this.ask("write", path, Buffer.concat([encodeTexts(path), Buffer.from(value)]));
  }

  /** Remove `path` and all below it, if it is there. */
  async remove(path: string): Promise<void> {
    await orNull(this.ask("remove", path, encodeTexts(path)));
  }

  /** Hear of changes at and below `path`; the first event comes at once. */
  async watch(path: string): Promise<void> {
    await this.ask("watch", path, encodeTexts(path, TOKEN));
  }

  /** End it; the listener hears nothing more. */
  close(): void {
    this.finish("it was closed by us");
  }

  private ask(kind: Exclude<keyof typeof TYPES, "event" | "error">, path: string, payload: Buffer): Promise<Buffer> {
    const request = `${kind} ${path}`;
    return new Promise((resolve, reject) => {
      this.requireOpen();
      if (this.waiting !== null) throw new Error(`${request} was asked before ${this.waiting.request} was answered`);
      this.lastId += 1;
      const type = TYPES[kind];
      const requestId = this.lastId;
      const cancel = this.clock.after(DEADLINE_MS, () => this.end(`${request} was not answered in ${DEADLINE_MS} ms`));
      const settle = (act: () => void): void => {
        this.waiting = null;
        cancel();
        act();
      };
      this.waiting = {
        type,
        requestId,
        request,
        resolve: (answer) => settle(() => resolve(answer)),
        reject: (error) => settle(() => reject(error)),
      };
      this.channel.send(encodePacket({ type, requestId, payload }));
    });
  }

  private take(chunk: Buffer): void {
    try {
      for (const packet of this.splitter.push(chunk)) {
        if (this.ended !== null) return;
        if (packet.type === TYPES.event) this.listener.onEvent(parseTexts(packet.payload)[0] ?? "");
        else this.answer(packet);
      }
    } catch (thrown) {
      this.end(`it said what can't be: ${problemOf(thrown)}`);
    }
  }

  private answer({ type, requestId, payload }: Packet): void {
    const { waiting } = this;
    // Linux before 4.11 answers a watch itself, without the request's number.
    const isNumbered = requestId === waiting?.requestId || (requestId === 0 && waiting?.type === TYPES.watch);
    if (waiting === null || !isNumbered) throw new Error("it answered what was not asked");
    if (type === waiting.type) {
      waiting.resolve(payload);
      return;
    }
    const [code = ""] = type === TYPES.error ? parseTexts(payload) : [];
    if (!REFUSAL.test(code)) throw new Error(`${waiting.request} had no answer that means anything`);
    waiting.reject(new XenstoreRefusal(waiting.request, code));
  }

  private end(problem: string): void {
    if (this.ended !== null) return;
    this.finish(problem);
    this.listener.onEnd();
  }

  private finish(problem: string): void {
    this.ended ??= problem;
    this.channel.close();
    this.waiting?.reject(new Error(problem));
  }
}

/** Null where what was asked for is not there. */
async function orNull(answer: Promise<Buffer>): Promise<Buffer | null> {
  try {
    return await answer;
  } catch (thrown) {
    if (hasSystemCode(thrown, "ENOENT")) return null;
    throw thrown;
  }
}
