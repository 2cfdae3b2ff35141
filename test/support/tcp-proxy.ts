import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { onTestFinished } from "vitest";

/** A stretch of network before a port of loopback, which can be cut: then nothing passes and nobody is told. */
export class TcpProxy {
  port = 0;
  private readonly target: number;
  private readonly sockets = new Set<Socket>();
  private isCut = false;

  constructor(target: number) {
    this.target = target;
  }

  async start(): Promise<this> {
    const server = createServer((near) => this.take(near)).listen(0, "127.0.0.1");
    await once(server, "listening");
    this.port = (server.address() as AddressInfo).port;
    onTestFinished(() => {
      server.close();
      this.drop();
    });
    return this;
  }

  /** From now on nothing comes through, of connections that are there and of new ones. */
  cut(): void {
    this.isCut = true;
    for (const socket of this.sockets) socket.pause();
  }

  /** Connections from before are gone, new ones go through. */
  mend(): void {
    this.isCut = false;
    this.drop();
  }

  private take(near: Socket): void {
    this.keep(near);
    if (this.isCut) {
      near.pause();
      return;
    }
    const far = connect(this.target, "127.0.0.1");
    this.keep(far);
    near.pipe(far).pipe(near);
    near.on("close", () => far.destroy());
    far.on("close", () => near.destroy());
  }

  private keep(socket: Socket): void {
    this.sockets.add(socket);
    socket.on("error", () => {}).on("close", () => this.sockets.delete(socket));
  }

  private drop(): void {
    for (const socket of this.sockets) socket.destroy();
  }
}
