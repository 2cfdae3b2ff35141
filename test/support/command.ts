import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { inject, onTestFinished } from "vitest";
import { PATIENCE_MS } from "./patience.ts";
import { until } from "./until.ts";

/** How a command ended, and all that it said. */
export interface Ended {
  /** Null if a signal ended it. */
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Surroundings {
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** Whose process it is; only root may say. */
  readonly uid?: number;
  readonly gid?: number;
  /** A program and its arguments that start it, such as `unshare`. */
  readonly under?: readonly string[];
}

/** The built command as a child process; killed when the test ends, at the latest. */
export class Command {
  readonly child: ChildProcessWithoutNullStreams;
  stdout = "";
  stderr = "";
  private readonly words: string;

  constructor(args: readonly string[], surroundings: Surroundings) {
    const command = inject("command");
    if (command === "") throw new Error("dist/ could not be built: run `npm run build` to see why");
    this.words = args.join(" ");
    const [program = process.execPath, ...words] = [...(surroundings.under ?? []), process.execPath, command, ...args];
    this.child = spawn(program, words, surroundings);
    this.child.stdout.setEncoding("utf8").on("data", (text: string) => {
      this.stdout += text;
    });
    this.child.stderr.setEncoding("utf8").on("data", (text: string) => {
      this.stderr += text;
    });
    // What it no longer reads is its own business.
    this.child.stdin.on("error", () => {});
    onTestFinished(() => void this.child.kill("SIGKILL"));
  }

  get hasEnded(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }

  write(text: string): void {
    this.child.stdin.write(text);
  }

  kill(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  /** Wait for its end. @throws if it does not come. */
  async ended(): Promise<Ended> {
    // `exit` comes before the last output is read, `close` after it.
    const closed = this.child.stdout.closed && this.child.stderr.closed && this.hasEnded;
    if (!closed) {
      try {
        await once(this.child, "close", { signal: AbortSignal.timeout(PATIENCE_MS) });
      } catch {
        throw this.failure(`did not end within ${PATIENCE_MS} ms`);
      }
    }
    return { exitCode: this.child.exitCode, stdout: this.stdout, stderr: this.stderr };
  }

  /** Wait until it has said something like `pattern` on `stream`, and give what matches. */
  async says(stream: "stdout" | "stderr", pattern: RegExp): Promise<RegExpMatchArray> {
    return until(`${String(pattern)} from ${this.words}`, () => {
      const match = this[stream].match(pattern);
      if (match === null && this.hasEnded) throw this.failure(`ended without saying ${String(pattern)}`);
      return match;
    });
  }

  private failure(problem: string): Error {
    return new Error(`selfballoon ${this.words}\n${problem}\nstdout: ${this.stdout}\nstderr: ${this.stderr}`);
  }
}
