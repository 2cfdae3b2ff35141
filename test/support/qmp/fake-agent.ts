import type { FakeGuest } from "./fake-guest.ts";
import type { FakePeer } from "./fake-socket.ts";

interface Request {
  readonly execute: string;
  readonly arguments?: { readonly path?: string; readonly handle?: number; readonly id?: number };
}

/** The guest agent, with the stock agent's answers; one request at a time, replies without ids. */
export class FakeAgent implements FakePeer {
  /** Whether the agent runs and so has its port open. */
  running = true;
  /** Commands that the guest's administrator forbade. */
  forbidden: readonly string[] = [];
  /** Files that can be opened, but not read. */
  unreadable: readonly string[] = [];
  /** What it returns to further commands, by their names. */
  readonly answers = new Map<string, unknown>();
  /** Files that are open. */
  readonly handles = new Map<number, string>();
  private readonly guest: FakeGuest;
  private nextHandle = 1000;

  constructor(guest: FakeGuest) {
    this.guest = guest;
  }

  /** The agent was started again: it forgets its files and counts handles from the start. */
  restart(): void {
    this.handles.clear();
    this.nextHandle = 1000;
  }

  greeting(): null {
    return null;
  }

  answer(line: string): readonly (string | Buffer)[] {
    const restart = line.lastIndexOf("\u00ff");
    const stray = restart === -1 ? [] : [refusal("GenericError", "JSON parse error, stray '\\uFFFD'")];
    return [...stray, ...this.answerTo(line.slice(restart + 1))];
  }

  private answerTo(text: string): readonly (string | Buffer)[] {
    let request: Request;
    try {
      request = JSON.parse(text) as Request; // the fake trusts its client
    } catch {
      return [refusal("GenericError", "JSON parse error, invalid keyword")];
    }
    if (this.forbidden.includes(request.execute)) {
      return [refusal("CommandNotFound", `Command ${request.execute} has been disabled`)];
    }
    if (this.answers.has(request.execute)) return [result(this.answers.get(request.execute))];
    const { path = "", handle = 0, id = 0 } = request.arguments ?? {};
    if (request.execute === "guest-sync-delimited") return [Buffer.from([0xff]), result(id)];
    if (request.execute === "guest-file-open") return [this.open(path)];
    const open = this.handles.get(handle);
    if (open === undefined) return [refusal("GenericError", `handle '${handle}' has not been found`)];
    if (request.execute === "guest-file-seek") return [result({ position: 0, eof: false })];
    if (request.execute === "guest-file-read") return [this.read(open)];
    this.handles.delete(handle);
    return [result({})];
  }

  private open(path: string): string {
    if (this.guest.file(path) === null) {
      return refusal("GenericError", `failed to open file '${path}' (mode: 'r'): No such file or directory`);
    }
    const handle = this.nextHandle;
    this.nextHandle += 1;
    this.handles.set(handle, path);
    return result(handle);
  }

  private read(path: string): string {
    if (this.unreadable.includes(path)) return refusal("GenericError", "failed to read file: Operation not supported");
    const content = Buffer.from(this.guest.file(path) ?? "");
    return result({ count: content.length, "buf-b64": content.toString("base64"), eof: true });
  }
}

function result(value: unknown): string {
  return `${JSON.stringify({ return: value })}\n`;
}

function refusal(errorClass: string, desc: string): string {
  return `${JSON.stringify({ error: { class: errorClass, desc } })}\n`;
}
