import type { SelfballoonError } from "../../core/errors.ts";
import type { AgentReply, AgentRequest } from "../host/agent-protocol.ts";
import type { AgentPort } from "../host/agent-source.ts";
import { Backoff } from "../host/backoff.ts";
import { createSemaphore } from "../host/semaphore.ts";
import { asSelfballoonError, hasCode } from "../host/thrown.ts";
import type { AgentCall, Libvirt } from "./libvirt.ts";

/** What some exchanges may take together with their waits, and what must be left of that when the turn of one comes. */
interface Span {
  readonly totalMs: number;
  readonly leastMs: number;
}

/**
 * It must end before the reading's own deadline. Less would be too little: an agent is slow when its guest is short of
 * memory, and must be heard then.
 */
const READING: Span = { totalMs: 2200, leastMs: 1000 };

/** A look between two readings; what does not come at once is given up. */
const LOOK: Span = { totalMs: 1000, leastMs: 700 };

/** Most exchanges that may wait for the one before them. */
const MAX_WAITING = 8;

export interface LibvirtAgentOptions {
  readonly libvirt: Libvirt;
  /** The domain's UUID. */
  readonly uuid: string;
  readonly nowMs: () => number;
  readonly backoffMs: { readonly first: number; readonly max: number };
}

/** The guest agent by way of libvirt, which keeps its replies in order and synchronises with it. */
export class LibvirtAgent implements AgentPort {
  readonly isOneByOne: boolean;
  private readonly options: LibvirtAgentOptions;
  private readonly backoff: Backoff;
  /** Of the last exchange, if that failed. */
  lastError: SelfballoonError | null = null;
  /** One exchange at a time: two that seek and read at once would read each other's rest. */
  private readonly inTurn = createSemaphore(1, MAX_WAITING);
  private span = READING;
  private endsMs = 0;

  constructor(options: LibvirtAgentOptions) {
    this.options = options;
    this.isOneByOne = options.libvirt.isQuick; // a virsh takes them together
    const { first, max } = options.backoffMs;
    this.backoff = new Backoff({ nowMs: options.nowMs, firstMs: first, maxMs: max });
  }

  get waiting(): boolean {
    return this.backoff.waiting;
  }

  /** A reading begins: the exchanges that follow share its time. */
  startReading(): void {
    this.start(READING);
  }

  /** A look between two readings begins, as above. */
  startLook(): void {
    this.start(LOOK);
  }

  async exchange(requests: readonly AgentRequest[]): Promise<readonly AgentReply[]> {
    return this.inTurn(() => this.exchangeNow(requests));
  }

  private start(span: Span): void {
    this.span = span;
    this.endsMs = this.options.nowMs() + span.totalMs;
  }

  private async exchangeNow(requests: readonly AgentRequest[]): Promise<readonly AgentReply[]> {
    if (this.waiting && this.lastError !== null) throw this.lastError;
    if (requests.length === 0) return [];
    const { libvirt, uuid } = this.options;
    try {
      const replies = await libvirt.askAgent(uuid, requests, this.nextCall());
      this.lastError = null;
      this.backoff.reset();
      return replies;
    } catch (thrown) {
      const error = asSelfballoonError(thrown);
      if (hasCode(error, "ERR_CANCELLED") || hasCode(error, "ERR_BUSY")) throw error; // the agent was not even asked
      this.lastError = error;
      this.backoff.failed();
      throw error;
    }
  }

  private nextCall(): AgentCall {
    const leftMs = (): number => Math.max(1, Math.floor(this.endsMs - this.options.nowMs()));
    return {
      isDoubtful: this.lastError !== null,
      deadlineMs: leftMs,
      cancellation: AbortSignal.timeout(Math.max(0, leftMs() - this.span.leastMs)),
    };
  }

  retry(): void {
    this.backoff.reset();
  }

  close(): void {} // libvirt keeps the connection
}
