import type { Connection } from "./connections.ts";
import type { Member } from "./member.ts";

/**
 * Connections that were made through virsh because none of libvirt's sockets was there, and whose socket is there now.
 * virsh stays in use until the socket has answered: it may be nobody's.
 */
export class Successors {
  private readonly make: (connection: Connection) => Member;
  private readonly waiting = new Map<string, Member>();

  constructor(make: (connection: Connection) => Member) {
    this.make = make;
  }

  /** Ask those of `members` that could go another way. @returns the members that take their places. */
  async look(
    members: ReadonlyMap<string, Member>,
    connections: readonly Connection[],
  ): Promise<ReadonlyMap<string, Member>> {
    const better = connections.filter(
      ({ uri, isForNow }) => isForNow !== true && members.get(uri)?.connection.isForNow === true,
    );
    const uris = new Set(better.map(({ uri }) => uri));
    const gone = [...this.waiting].filter(([uri]) => !uris.has(uri));
    for (const [uri] of gone) this.waiting.delete(uri);
    void Promise.all(gone.map(([, member]) => member.close())); // nobody waits for their end
    for (const connection of better) {
      if (!this.waiting.has(connection.uri)) this.waiting.set(connection.uri, this.make(connection));
    }
    await Promise.all([...this.waiting.values()].map((member) => member.look(false)));
    const ready = [...this.waiting].filter(([, member]) => member.hasAnswered);
    for (const [uri] of ready) this.waiting.delete(uri);
    return new Map(ready);
  }

  async close(): Promise<void> {
    const members = [...this.waiting.values()];
    this.waiting.clear();
    await Promise.all(members.map((member) => member.close()));
  }
}
