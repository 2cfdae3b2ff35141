import type { AgentExchange, AgentReply, AgentRequest } from "./agent-protocol.ts";

/**
 * Rewinds a guest's open files ahead of their next reading, so that who reads them has only to read: under libvirt each
 * command to an agent takes as long as all of an exchange with it alone.
 */
export class Rewinds {
  private readonly exchange: AgentExchange;
  /** What the agent says to rewinding a handle since it was read last; null: nothing. */
  private readonly begun = new Map<number, Promise<AgentReply | null>>();

  constructor(exchange: AgentExchange) {
    this.exchange = exchange;
  }

  /** The handles were read to their ends. Nobody waits for their rewinding. */
  begin(handles: readonly number[]): void {
    const replies = this.exchange(handles.map(toStart)).catch(() => []);
    for (const [index, handle] of handles.entries())
      this.begun.set(
        handle,
        replies.then((all) => all[index] ?? null),
      );
  }

  /**
   * What the agent says to the rewinding of all these handles, which are read now; null: they are not known to be rewound.
   */
  async take(handles: readonly number[]): Promise<readonly AgentReply[] | null> {
    const replies = await Promise.all(handles.map((handle) => this.begun.get(handle) ?? NOT_KNOWN));
    for (const handle of handles) this.begun.delete(handle);
    const known = replies.filter((reply) => reply !== null);
    return known.length < handles.length ? null : known;
  }

  /** Their handles are no longer what they were. */
  forget(): void {
    this.begun.clear();
  }
}

const NOT_KNOWN = Promise.resolve(null);

/** The request that rewinds a handle. */
export function toStart(handle: number): AgentRequest {
  return { execute: "guest-file-seek", arguments: { handle, offset: 0, whence: 0 } };
}
