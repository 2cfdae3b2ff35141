import { request } from "node:http";
import { join } from "node:path";
import { Command, type Ended } from "./command.ts";
import { PATIENCE_MS } from "./patience.ts";
import { temporaryFolder } from "./trees.ts";
import { until } from "./until.ts";

/** What the daemon answered over its socket. */
export interface Answer {
  readonly status: number;
  /** The JSON that it sent, parsed; undefined if it sent nothing. */
  readonly body: unknown;
}

/** A place of its own for the built command in one test: a runtime folder, a socket, and nothing from outside. */
export class Home {
  readonly folder = temporaryFolder();
  readonly socket = join(this.folder, "run", "s.sock");
  readonly env: Record<string, string> = {
    PATH: process.env["PATH"] ?? "",
    SELFBALLOON_SOCKET: this.socket,
    // Tests run side by side; those that want the page ask for a port of their own.
    SELFBALLOON_LISTEN: "",
  };

  start(...args: readonly string[]): Command {
    return new Command(args, { env: this.env, cwd: this.folder });
  }

  /** Run a command to its end. */
  async do(...args: readonly string[]): Promise<Ended> {
    const command = this.start(...args);
    command.child.stdin.end();
    return command.ended();
  }

  /** Run a command that must succeed; gives what it printed. */
  async succeed(...args: readonly string[]): Promise<string> {
    const { exitCode, stdout, stderr } = await this.do(...args);
    if (exitCode !== 0) throw new Error(`selfballoon ${args.join(" ")} ended with ${exitCode}: ${stderr}`);
    return stdout;
  }

  /** Start `run`, and wait until it answers. */
  async daemon(...args: readonly string[]): Promise<Command> {
    const daemon = this.start("run", ...args);
    await until(`selfballoon run ${args.join(" ")} to answer`, async () => {
      if (daemon.hasEnded) throw new Error(`selfballoon run ${args.join(" ")} ended: ${daemon.stderr}`);
      return this.ask("GET", "/healthz").catch(() => null);
    });
    return daemon;
  }

  /** Ask the daemon over its socket. */
  ask(method: string, path: string, body: string | Buffer = ""): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const asked = request({ socketPath: this.socket, method, path, timeout: PATIENCE_MS }, (response) => {
        let text = "";
        response.setEncoding("utf8").on("data", (chunk: string) => {
          text += chunk;
        });
        response.on("error", reject).on("end", () => {
          resolve({ status: response.statusCode ?? 0, body: text === "" ? undefined : JSON.parse(text) });
        });
      });
      asked.on("timeout", () => asked.destroy(new Error(`no answer within ${PATIENCE_MS} ms`)));
      asked.on("error", reject).end(body);
    });
  }
}
