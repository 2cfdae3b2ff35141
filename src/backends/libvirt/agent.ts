import type { SelfballoonError } from "../../core/errors.ts";
import type { AgentReply, AgentRequest } from "../host/agent-protocol.ts";
import type { AgentPort } from "../host/agent-source.ts";
import { Backoff } from "../host/backoff.ts";
import { asSelfballoonError, hasCode } from "../host/thrown.ts";
import type { AgentCall, Libvirt } from "./libvirt.ts";

/**
 * What all exchanges of a reading may take together with their waits: it must end before the reading's own deadline. Less
 * would be too little: an agent is slow when its guest is short of memory, and must be heard then.
 */
const READING_MS = 2200;

/** What must be left of that for an exchange when its turn comes. */
const EXCHANGE_MS = 1000;

export interface LibvirtAgentOptions {
  readonly libvirt: Libvirt;
  /** The domain's UUID. */
  readonly uuid: string;
  readonly nowMs: () => number;
  readonly backoffMs: { readonly first: number; readonly max: number };
}

/** The guest agent by way of libvirt, which keeps its replies in order and synchronises with it. */
export class LibvirtAgent implements AgentPort {
  private readonly options: LibvirtAgentOptions;
  private readonly backoff: Backoff;
  /** Of the last exchange, if that failed. */
  lastError: SelfballoonError | null = null;
  private readingEndsMs = 0;

  constructor(options: LibvirtAgentOptions) {
    this.options = options;
    const { first, max } = options.backoffMs;
    this.backoff = new Backoff({ nowMs: options.nowMs, firstMs: first, maxMs: max });
  }

  get waiting(): boolean {
    return this.backoff.waiting;
  }

  /** A reading begins: the exchanges that follow share its time. */
  startReading(): void {
    this.readingEndsMs = this.options.nowMs() + READING_MS;
  }

  async exchange(requests: readonly AgentRequest[]): Promise<readonly AgentReply[]> {
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
    const leftMs = (): number => Math.max(1, Math.floor(this.readingEndsMs - this.options.nowMs()));
    return {
      isDoubtful: this.lastError !== null,
      deadlineMs: leftMs,
      cancellation: AbortSignal.timeout(Math.max(0, leftMs() - EXCHANGE_MS)),
    };
  }

  retry(): void {
    this.backoff.reset();
  }

  close(): void {} // libvirt keeps the connection
}
