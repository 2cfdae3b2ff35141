import { randomInt } from "node:crypto";
import { type SelfballoonError, selfballoonError } from "../../core/errors.ts";
import { realClock } from "../../time/clock.ts";
import { withDeadline } from "../../time/deadline.ts";
import { type AgentReply, type AgentRequest, parseAgentReply } from "../host/agent-protocol.ts";
import type { AgentPort } from "../host/agent-source.ts";
import { Backoff } from "../host/backoff.ts";
import { PeerBudget, type PeerLimits } from "../host/peer-budget.ts";
import { asSelfballoonError, hasCode } from "../host/thrown.ts";
import { LineSocket } from "./line-socket.ts";

/** Most exchanges that may wait for the agent. */
const MAX_QUEUED = 8;

/** Longest line that is taken: half a MiB of a file in base64. */
const MAX_LINE_BYTES = 1_048_576;

/** The largest file of a guest of 768 processors takes 2 MiB, and is read once a second at the most. */
const LIMITS: PeerLimits = { linesPerS: 200, linesAtOnce: 1000, bytesPerS: 2_097_152, bytesAtOnce: 6_291_456 };

/** Bound of the numbers that synchronise with the agent. */
const SYNC_IDS = 2 ** 31;

export interface AgentOptions {
  readonly path: string;
  /** A monotonic clock. */
  readonly nowMs: () => number;
  /** How long the agent may take to synchronise, and for each exchange. */
  readonly deadlineMs: number;
  /** The wait after a failure doubles from the first to the most. */
  readonly backoffMs: { readonly first: number; readonly max: number };
}

interface Expected {
  readonly count: number;
  readonly replies: AgentReply[];
  readonly resolve: (replies: readonly AgentReply[]) => void;
  readonly reject: (error: SelfballoonError) => void;
}

/**
 * A client of the QEMU guest agent over its unix socket. Replies carry no ids, so one exchange is made at a time. After
 * any failure replies may still come late: the next exchange starts on a new connection, which is synchronised with
 * `guest-sync-delimited` before anything else is said (QEMU, docs/interop/qemu-ga-ref).
 */
export class AgentClient implements AgentPort {
  readonly isOneByOne = false;
  private readonly options: AgentOptions;
  private readonly backoff: Backoff;
  private readonly budget: PeerBudget;
  private socket: LineSocket | null = null;
  private syncId: number | null = null;
  private expected: Expected | null = null;
  private last: Promise<unknown> = Promise.resolve();
  private queued = 0;
  lastError: SelfballoonError | null = null;
  private closed = false;

  constructor(options: AgentOptions) {
    this.options = options;
    const { first, max } = options.backoffMs;
    this.backoff = new Backoff({ nowMs: options.nowMs, firstMs: first, maxMs: max });
    this.budget = new PeerBudget(LIMITS, options.nowMs);
  }

  /**
   * Send `requests` and wait for a reply to each.
   * @throws ERR_SOCKET, ERR_PERMISSION, ERR_DEADLINE if the agent is absent, hung or served to another client. For a while after a failure it fails at once, with the same error.
   */
  exchange(requests: readonly AgentRequest[]): Promise<readonly AgentReply[]> {
    if (this.queued >= MAX_QUEUED) return Promise.reject(this.error("too many calls wait for the agent"));
    this.queued += 1;
    const mine = this.last.then(() => this.exchangeNow(requests));
    this.last = mine.then(
      () => this.left(),
      () => this.left(),
    );
    return mine;
  }

  get waiting(): boolean {
    return this.backoff.waiting;
  }

  retry(): void {
    this.backoff.reset();
  }

  close(): void {
    this.closed = true;
    this.drop(this.error("the client was closed"));
  }

  private left(): void {
    this.queued -= 1;
  }

  private async exchangeNow(requests: readonly AgentRequest[]) {
    if (this.closed) throw this.error("the client was closed");
    if (this.backoff.waiting && this.lastError !== null) throw this.lastError;
    try {
      const socket = this.socket ?? (await this.synchronise());
      const replies = await this.say(socket, requests);
      this.backoff.reset();
      this.lastError = null;
      return replies;
    } catch (thrown) {
      const error = asSelfballoonError(thrown);
      this.drop(error);
      this.lastError = error;
      this.backoff.failed();
      throw error;
    }
  }

  /** Connect, and drop all that comes until the agent answers to a number that only we know. */
  private async synchronise(): Promise<LineSocket> {
    const { path } = this.options;
    const { budget } = this;
    const socket = await LineSocket.connect({ path, budget, maxLineBytes: MAX_LINE_BYTES });
    socket.listen({
      onLine: (line) => this.take(line),
      onEnd: (error) => this.lost(error),
    });
    this.socket = socket;
    const id = randomInt(SYNC_IDS);
    this.syncId = id;
    socket.restart();
    await this.say(socket, [{ execute: "guest-sync-delimited", arguments: { id } }]);
    return socket;
  }

  private say(socket: LineSocket, requests: readonly AgentRequest[]): Promise<readonly AgentReply[]> {
    const { path, deadlineMs } = this.options;
    const count = requests.length;
    if (count === 0) return Promise.resolve([]);
    const replies = new Promise<readonly AgentReply[]>((resolve, reject) => {
      this.expected = { count, replies: [], resolve, reject };
    });
    socket.send(requests.map((request) => `${JSON.stringify(request)}\n`).join(""));
    return withDeadline(realClock, deadlineMs, `the guest agent at ${path}`, () => replies);
  }

  private take(line: string): void {
    const reply = parseAgentReply(line);
    if (this.syncId !== null) {
      if (!reply?.ok || reply.value !== this.syncId) return; // late, or about what the restart cut off
      this.syncId = null;
    }
    const { expected } = this;
    if (reply === null || expected === null) {
      this.drop(this.error(`it says ${JSON.stringify(line.slice(0, 60))} where nothing like it was asked for`));
      return;
    }
    expected.replies.push(reply);
    if (expected.replies.length < expected.count) return;
    this.expected = null;
    expected.resolve(expected.replies);
  }

  /** An agent that says too much between two exchanges is left alone as one that fails in an exchange. */
  private lost(error: SelfballoonError): void {
    if (this.expected === null && hasCode(error, "ERR_PEER_FLOODS")) {
      this.lastError = error;
      this.backoff.failed();
    }
    this.drop(error);
  }

  private drop(error: SelfballoonError): void {
    this.socket?.close();
    this.socket = null;
    this.syncId = null;
    this.expected?.reject(error);
    this.expected = null;
  }

  private error(problem: string): SelfballoonError {
    return selfballoonError("ERR_SOCKET", { path: this.options.path, problem });
  }
}
