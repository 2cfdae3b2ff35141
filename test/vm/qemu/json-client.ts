import type { Socket } from "node:net";
import { connectSocket } from "./socket.ts";

const REQUEST_DEADLINE_MS = 120_000;

interface Message {
  readonly return?: unknown;
  readonly error?: { readonly desc?: string };
}

/**
 * A plain client of QMP or of the guest agent, for the rig's and the tests' own requests: one at a time, events passed
 * over. It is not the program's client on purpose: a test must not judge the program by its own eyes.
 */
export class JsonClient {
  readonly #socket: Socket;
  #last: Promise<unknown> = Promise.resolve();
  #received = "";
  #answer: ((message: Message | Error) => void) | undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setEncoding("utf8").on("data", (text: string) => this.#take(text));
    socket.on("error", () => undefined); // "close" follows and tells
    socket.on("close", () => this.#answer?.(new Error("the connection ended")));
  }

  /** A connection that is ready for requests to QEMU. */
  static async connectQmp(path: string, isServerRunning: () => boolean, deadlineMs: number): Promise<JsonClient> {
    const client = new JsonClient(await connectSocket(path, isServerRunning, deadlineMs));
    await client.request("qmp_capabilities");
    return client;
  }

  /** A connection to the agent in a running guest. Only one client at a time is served: close it when done. */
  static async connectAgent(path: string): Promise<JsonClient> {
    return new JsonClient(await connectSocket(path, () => false, 0));
  }

  /** The value of `return`. Rejects with the description of `error`, or after 30 s, and then for good. */
  request(execute: string, args?: Readonly<Record<string, unknown>>): Promise<unknown> {
    const request = this.#last.then(() => this.#exchange(execute, args));
    this.#last = request.catch(() => undefined);
    return request;
  }

  close(): void {
    this.#socket.destroy();
  }

  async #exchange(execute: string, args: Readonly<Record<string, unknown>> | undefined): Promise<unknown> {
    if (this.#socket.destroyed) throw new Error(`${execute}: the connection has ended`);
    const answer = new Promise<Message | Error>((resolve) => {
      this.#answer = resolve;
    });
    // Whatever came after the deadline would be taken for the next request's answer: so there is no next.
    const deadline = setTimeout(() => this.close(), REQUEST_DEADLINE_MS);
    this.#socket.write(`${JSON.stringify(args === undefined ? { execute } : { execute, arguments: args })}\n`);
    const message = await answer;
    clearTimeout(deadline);
    this.#answer = undefined;
    if (message instanceof Error) throw new Error(`${execute}: ${message.message}`);
    if (message.error !== undefined) throw new Error(`${execute}: ${message.error.desc ?? "failed"}`);
    return message.return;
  }

  #take(text: string): void {
    const lines = (this.#received + text).split("\n");
    this.#received = lines.pop() ?? "";
    for (const line of lines) {
      const message = JSON.parse(line) as Message; // QEMU and its agent speak JSON; anything else fails the test
      if ("return" in message || "error" in message) this.#answer?.(message);
    }
  }
}
