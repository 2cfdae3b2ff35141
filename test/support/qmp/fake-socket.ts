import { createServer, type Server, type Socket } from "node:net";

/** How a fake answers. */
export type Manner =
  | { readonly kind: "well" }
  /** Takes commands and never answers; what came meanwhile is answered once the manner changes. */
  | { readonly kind: "silent" }
  | { readonly kind: "slow"; readonly ms: number }
  /** Answers with something that is not the protocol. */
  | { readonly kind: "garbage"; readonly line: string }
  /** Sends every answer in pieces of so many bytes. */
  | { readonly kind: "pieces"; readonly bytes: number }
  /** Sends one line without an end, up to so many bytes. */
  | { readonly kind: "endless"; readonly bytes: number }
  /** Changes the text of every answer. */
  | { readonly kind: "altered"; readonly alter: (line: string) => string }
  /** Cuts the connection instead of the answer after this many. */
  | { readonly kind: "cut"; after: number };

/** What a fake does with lines. */
export interface FakePeer {
  /** Said to each client first; null for nothing. */
  readonly greeting: () => string | null;
  /** The answers to a line. */
  readonly answer: (line: string) => readonly (string | Buffer)[];
}

/** A server on a unix socket that, like QEMU, serves one client at a time; others are accepted and wait. */
export class FakeSocket {
  readonly path: string;
  manner: Manner = { kind: "well" };
  /** Lines that were received, over all connections. */
  received: string[] = [];
  /** Clients that were served. */
  served = 0;
  /** Set to stop remembering lines, for long runs. */
  remember = true;
  private readonly server: Server;
  private readonly peer: FakePeer;
  private readonly clients: Socket[] = [];
  private held: string[] = [];

  private constructor(path: string, peer: FakePeer) {
    this.path = path;
    this.peer = peer;
    this.server = createServer((socket) => this.accept(socket));
  }

  static listen(path: string, peer: FakePeer): Promise<FakeSocket> {
    const fake = new FakeSocket(path, peer);
    return new Promise((resolve, reject) => {
      fake.server.once("error", reject);
      fake.server.listen(path, () => resolve(fake));
    });
  }

  /** Change the manner; a fake that is no longer silent answers what it was asked meanwhile. */
  behave(manner: Manner): void {
    this.manner = manner;
    const held = this.held;
    this.held = [];
    for (const line of held) this.take(line);
  }

  /** Say something unasked to the client that is served. */
  say(line: string | Buffer): void {
    const [client] = this.clients;
    if (client !== undefined && !client.destroyed) client.write(line);
  }

  /** Cut all connections. */
  cut(): void {
    for (const client of [...this.clients]) client.destroy();
  }

  close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    this.cut();
    return closed;
  }

  private accept(socket: Socket): void {
    this.clients.push(socket);
    socket.on("error", () => {});
    socket.on("close", () => {
      const wasServed = this.clients[0] === socket;
      this.clients.splice(this.clients.indexOf(socket), 1);
      if (wasServed) this.serve();
    });
    if (this.clients.length === 1) this.serve();
  }

  private serve(): void {
    const [client] = this.clients;
    if (client === undefined) return;
    this.served += 1;
    const greeting = this.peer.greeting();
    if (greeting !== null) this.send(`${greeting}\n`);
    let text = "";
    client.setEncoding("latin1");
    client.on("data", (chunk: string) => {
      text += chunk;
      for (let end = text.indexOf("\n"); end !== -1; end = text.indexOf("\n")) {
        const line = text.slice(0, end);
        text = text.slice(end + 1);
        this.take(line);
      }
    });
  }

  private take(line: string): void {
    if (this.remember) this.received.push(line);
    if (this.manner.kind === "silent") this.held.push(line);
    else for (const answer of this.peer.answer(line)) this.send(answer);
  }

  private send(answer: string | Buffer): void {
    const { manner } = this;
    const [client] = this.clients;
    if (client === undefined || client.destroyed) return;
    if (manner.kind === "well") client.write(answer);
    else if (manner.kind === "slow") setTimeout(() => client.destroyed || client.write(answer), manner.ms);
    else if (manner.kind === "garbage") client.write(`${manner.line}\n`);
    else if (manner.kind === "pieces") sendPieces(client, Buffer.from(answer), manner.bytes);
    else if (manner.kind === "endless") sendEndless(client, manner.bytes);
    else if (manner.kind === "altered") client.write(manner.alter(answer.toString()));
    else if (manner.kind === "cut") this.sendOrCut(client, answer, manner);
  }

  private sendOrCut(client: Socket, answer: string | Buffer, manner: { after: number }): void {
    manner.after -= 1;
    if (manner.after < 0) client.destroy();
    else client.write(answer);
  }
}

function sendPieces(client: Socket, answer: Buffer, bytes: number): void {
  for (let at = 0; at < answer.length; at += bytes) client.write(answer.subarray(at, at + bytes));
}

function sendEndless(client: Socket, bytes: number): void {
  const chunk = Buffer.alloc(65_536, "x");
  let left = bytes;
  const more = (): void => {
    while (left > 0 && !client.destroyed) {
      left -= chunk.length;
      if (!client.write(chunk)) {
        client.once("drain", more);
        return;
      }
    }
  };
  more();
}
