import { connect, createServer, type Server, type Socket } from "node:net";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { ChannelListener, OpenChannel } from "../../src/machine/device-channel.ts";
import { temporaryFolder } from "./trees.ts";

const HEADER_BYTES = 16;

/** Xen, public/io/xs_wire.h. */
const [LIST, READ, WATCH, WRITE, REMOVE, EVENT, ERROR] = [1, 2, 4, 11, 13, 15, 16] as const;

/** A message as xenstored sends it. */
export function xenstoreMessage(type: number, requestId: number, payload: string | Buffer): Buffer {
  const body = Buffer.from(payload as string, "latin1");
  const header = Buffer.alloc(HEADER_BYTES);
  for (const [index, value] of [type, requestId, 0, body.length].entries()) header.writeUInt32LE(value, 4 * index);
  return Buffer.concat([header, body]);
}

/** Plays xenstored for one guest, whose own folder is its root, on a unix socket. */
export class FakeXenstored {
  readonly values = new Map<string, string>();
  /** Paths that only dom0 may read. */
  readonly secret = new Set<string>();
  /** What was asked, such as `write data/a=1`, over all connections. */
  readonly asked: string[] = [];
  /** Silent: takes requests, and never answers. */
  isSilent = false;
  /** Connections that were made. */
  connections = 0;
  private readonly path = join(temporaryFolder(), "xenstored");
  private readonly server: Server;
  private readonly clients = new Set<Socket>();
  private watched: { readonly path: string; readonly token: string } | null = null;

  private constructor() {
    this.server = createServer((socket) => this.accept(socket));
    onTestFinished(() => {
      this.cut();
      this.server.close();
    });
  }

  static async start(): Promise<FakeXenstored> {
    const fake = new FakeXenstored();
    await new Promise<void>((resolve) => fake.server.listen(fake.path, resolve));
    return fake;
  }

  /** A way to it, as the kernel's device is one. */
  readonly open: OpenChannel = ({ onBytes, onEnd }: ChannelListener) => {
    const socket = connect(this.path);
    socket.on("data", onBytes);
    socket.on("error", () => {});
    socket.on("close", () => onEnd("it was cut"));
    const close = (): void => {
      socket.removeAllListeners("close");
      socket.destroy();
    };
    return { send: (bytes) => void socket.write(bytes), close };
  };

  /** dom0 writes, or removes where the value is null. */
  dom0(path: string, value: string | null): void {
    if (value === null) this.removeAt(path);
    else this.values.set(path, value);
    if (!this.secret.has(path)) this.fire(path);
  }

  /** Say `bytes` to whoever is connected. */
  say(bytes: Buffer): void {
    for (const client of this.clients) client.write(bytes);
  }

  /** End all connections. */
  cut(): void {
    for (const client of this.clients) client.destroy();
    this.watched = null;
  }

  /** Have the watch go off, as if something had changed at `path`. */
  fire(path: string): void {
    if (this.watched === null) return;
    if (path === this.watched.path || path.startsWith(`${this.watched.path}/`))
      this.say(xenstoreMessage(EVENT, 0, `${path}\0${this.watched.token}\0`));
  }

  /** Values below `data/selfballoon`, by their names there. */
  get shown(): Record<string, string> {
    const prefix = "data/selfballoon/";
    const below = [...this.values].filter(([path]) => path.startsWith(prefix));
    return Object.fromEntries(below.map(([path, value]) => [path.slice(prefix.length), value]));
  }

  private accept(socket: Socket): void {
    this.connections += 1;
    this.clients.add(socket);
    socket.on("error", () => {});
    socket.on("close", () => this.clients.delete(socket));
    let held = Buffer.alloc(0);
    socket.on("data", (chunk) => {
      held = Buffer.concat([held, chunk]);
      while (held.length >= HEADER_BYTES && held.length >= HEADER_BYTES + held.readUInt32LE(12)) {
        const end = HEADER_BYTES + held.readUInt32LE(12);
        this.serve(held.readUInt32LE(0), held.readUInt32LE(4), held.toString("latin1", HEADER_BYTES, end));
        held = held.subarray(end);
      }
    });
  }

  private serve(type: number, requestId: number, payload: string): void {
    const [path = "", rest = ""] = payload.split("\0");
    this.asked.push(described(type, path, rest));
    if (this.isSilent) return;
    const answer = this.answer(type, path, rest);
    const isRefusal = /^E[A-Z]+\0$/.test(answer);
    this.say(xenstoreMessage(isRefusal ? ERROR : type, requestId, answer));
    if (type === WATCH) this.fire(path);
  }

  private answer(type: number, path: string, rest: string): string {
    const children = [...this.values.keys()].filter((other) => other.startsWith(`${path}/`));
    if (this.secret.has(path)) return "EACCES\0";
    switch (type) {
      case READ:
        return this.values.get(path) ?? "ENOENT\0";
      case LIST:
        return children.length === 0
          ? "ENOENT\0"
          : children.map((child) => `${child.slice(path.length + 1)}\0`).join("");
      case WRITE:
        this.values.set(path, rest);
        return "OK\0";
      case REMOVE:
        return this.removeAt(path) ? "OK\0" : "ENOENT\0";
      case WATCH:
        this.watched = { path, token: rest };
        return "OK\0";
      default:
        return "ENOSYS\0";
    }
  }

  private removeAt(path: string): boolean {
    const removed = [...this.values.keys()].filter((other) => other === path || other.startsWith(`${path}/`));
    for (const other of removed) this.values.delete(other);
    return removed.length > 0;
  }
}

function described(type: number, path: string, rest: string): string {
  const words = new Map<number, string>([
    [LIST, "list"],
    [READ, "read"],
    [WATCH, "watch"],
    [WRITE, "write"],
    [REMOVE, "remove"],
  ]);
  return `${words.get(type) ?? type} ${path}${type === WRITE ? `=${rest}` : ""}`;
}
