import type { Socket } from "node:net";

/** What a command in a guest came to. */
export interface ExecResult {
  /** 128 + the number when a signal ended it: 137 is what the OOM killer leaves. */
  readonly exitCode: number;
  /** Its standard output; standard error is in the guest's console log. */
  readonly stdout: string;
}

interface Waiting {
  resolve(result: ExecResult): void;
  reject(error: Error): void;
}

/** The rig's side of the guest's exec-server, which says what goes over the wire. Many commands may run at once. */
export class ExecChannel {
  readonly #socket: Socket;
  readonly #waiting = new Map<number, Waiting>();
  #received = Buffer.alloc(0);
  #lastId = 0;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("data", (bytes) => this.#take(bytes));
    socket.on("error", () => undefined); // "close" follows and tells
    socket.on("close", () => {
      for (const { reject } of this.#waiting.values()) reject(new Error("the machine ended"));
      this.#waiting.clear();
    });
  }

  /** Runs a shell command in the guest. On the deadline this rejects; the command itself is not stopped. */
  async run(command: string, deadlineMs: number): Promise<ExecResult> {
    if (this.#socket.destroyed) throw new Error("the machine has ended");
    this.#lastId += 1;
    const id = this.#lastId;
    let timer: NodeJS.Timeout | undefined;
    try {
      return await new Promise<ExecResult>((resolve, reject) => {
        this.#waiting.set(id, { resolve, reject });
        timer = setTimeout(() => reject(new Error(`no answer for ${deadlineMs} ms`)), deadlineMs);
        this.#socket.write(`${id} ${Buffer.byteLength(command)}\n${command}`);
      });
    } finally {
      clearTimeout(timer);
      this.#waiting.delete(id);
    }
  }

  close(): void {
    this.#socket.destroy();
  }

  #take(bytes: Buffer): void {
    this.#received = Buffer.concat([this.#received, bytes]);
    for (;;) {
      const headEnd = this.#received.indexOf("\n");
      if (headEnd < 0) return;
      const [id = 0, exitCode = 0, length = 0] = this.#received.toString("latin1", 0, headEnd).split(" ").map(Number);
      const end = headEnd + 1 + length;
      if (this.#received.length < end) return;
      this.#waiting.get(id)?.resolve({ exitCode, stdout: this.#received.toString("utf8", headEnd + 1, end) });
      this.#received = this.#received.subarray(end);
    }
  }
}
