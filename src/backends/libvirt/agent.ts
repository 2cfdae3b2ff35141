import { type SelfballoonError, selfballoonError } from "../../core/errors.ts";
import { type AgentReply, type AgentRequest, parseAgentReply } from "../host/agent-protocol.ts";
import type { AgentPort } from "../host/agent-source.ts";
import { Backoff } from "../host/backoff.ts";
import { oneLine } from "../host/json.ts";
import { asSelfballoonError, hasCode } from "../host/thrown.ts";
import type { RunVirsh, VirshCall } from "./virsh.ts";

/** Seconds that libvirt waits for one reply. */
const TIMEOUT_S = 1;

/**
 * What all exchanges of a reading may take together with their waits: it must end before the reading's own deadline. Less
 * would be too little: an agent is slow when its guest is short of memory, and must be heard then.
 */
const READING_MS = 2200;

/** What must be left of that for an exchange when its turn comes. */
const EXCHANGE_MS = 1000;

/** Printed after each reply, because a command that failed prints nothing. No base64 holds it. */
const MARK = "selfballoon-next";

/** libvirt's words for an agent that answered, but with an error. */
const AGENT_REFUSED = /unable to execute QEMU agent command|has been disabled/;

/** The agent's words for a command that it lacks or may not do. */
const NO_COMMAND = /command \S+ has (?:been disabled|not been found)/i;

export interface LibvirtAgentOptions {
  readonly run: RunVirsh;
  readonly domain: string;
  readonly nowMs: () => number;
  readonly backoffMs: { readonly first: number; readonly most: number };
}

/**
 * The guest agent by way of libvirt, which keeps its replies in order and synchronises with it. The requests of an
 * exchange go through one virsh, which costs 20 to 30 ms whatever it does.
 */
export class LibvirtAgent implements AgentPort {
  private readonly options: LibvirtAgentOptions;
  private readonly backoff: Backoff;
  /** Of the last exchange, if that failed. */
  lastError: SelfballoonError | null = null;
  private readingEndsMs = 0;

  constructor(options: LibvirtAgentOptions) {
    this.options = options;
    const { first, most } = options.backoffMs;
    this.backoff = new Backoff({ nowMs: options.nowMs, firstMs: first, mostMs: most });
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
    const { run, domain } = this.options;
    try {
      const { stdout, stderr } = await run([agentScript(domain, requests)], this.nextCall());
      const replies = parseReplies(stdout, stderr, requests.length);
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

  private nextCall(): VirshCall {
    const leftMs = (): number => Math.max(1, Math.floor(this.readingEndsMs - this.options.nowMs()));
    return {
      lane: this.lastError === null ? "agent" : "doubtful",
      deadlineMs: leftMs,
      cancellation: AbortSignal.timeout(Math.max(0, leftMs() - EXCHANGE_MS)),
    };
  }

  retry(): void {
    this.backoff.reset();
  }

  close(): void {} // libvirt keeps the connection
}

/** virsh's own command language: commands between semicolons, words in quotes. */
function agentScript(domain: string, requests: readonly AgentRequest[]): string {
  const command = `qemu-agent-command --timeout ${TIMEOUT_S} --domain ${quote(domain)} --cmd`;
  return requests.map((request) => `${command} ${quote(JSON.stringify(request))}; echo ${MARK}`).join("; ");
}

/** A word in double quotes, in which virsh takes the next character after a backslash as it is. */
function quote(word: string): string {
  return `"${word.replace(/[\\"]/g, "\\$&")}"`;
}

function parseReplies(stdout: string, stderr: string, count: number): readonly AgentReply[] {
  const parts = stdout.split(MARK).slice(0, -1);
  const replies = parts.map((part) => parseAgentReply(part.trim()));
  const problem = oneLine(stderr.trim().replace(/^error: /, ""));
  const reached = replies.some((reply) => reply !== null) || AGENT_REFUSED.test(stderr);
  if (parts.length !== count || !reached) {
    throw selfballoonError("ERR_VIRSH", { command: "qemu-agent-command", problem: problem || "it said nothing" });
  }
  const errorClass = NO_COMMAND.test(stderr) ? "CommandNotFound" : "GenericError";
  return replies.map((reply) => reply ?? { ok: false, errorClass, problem });
}
