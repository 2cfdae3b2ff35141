import { type ChildProcess, spawn } from "node:child_process";
import { problemOf, selfballoonError } from "../core/errors.ts";
import { realClock } from "../time/clock.ts";
import { endsWithin } from "../time/deadline.ts";

/** The programs that are run to change this machine: of util-linux or busybox, and of kmod. */
export type Tool = "mkswap" | "modprobe" | "mount" | "swapoff" | "swapon" | "umount";

/** What a tool says is kept up to this length. */
const MAX_WORDS = 512;

/** A tool that runs. */
export interface RunningTool {
  /** As of `endOf`. */
  readonly ended: Promise<string | null>;
  /** End it now. swapoff heeds that only between two processes whose pages it brings back (Linux, mm/swapfile.c). */
  kill(): void;
}

/** What a tool is given besides its arguments. */
export interface ToolSurroundings {
  /** Put into the program's environment, for those who look for it. */
  readonly mark?: Readonly<Record<string, string>>;
  /** A descriptor of ours that the tool has as its number 3. */
  readonly descriptor?: number;
}

/** Start a tool; no shell sees the arguments. */
export function startTool(tool: Tool, args: readonly string[], surroundings: ToolSurroundings = {}): RunningTool {
  const { mark = {}, descriptor } = surroundings;
  try {
    const child = spawn(tool, args, {
      stdio: ["ignore", "ignore", "pipe", descriptor ?? "ignore"],
      // The mark first, where it is soon met; administrators' programs are not on everybody's path.
      env: { ...mark, ...process.env, PATH: `${process.env["PATH"] ?? ""}:/usr/sbin:/sbin`, LC_ALL: "C" },
    });
    return { ended: endOf(child), kill: () => void child.kill("SIGKILL") };
  } catch (thrown) {
    // There is no memory for another process.
    return { ended: Promise.resolve(problemOf(thrown)), kill: () => {} };
  }
}

/** When a program has ended: null if it succeeded, else what went wrong, in its own words. Never rejects. */
export function endOf(child: ChildProcess): Promise<string | null> {
  return new Promise((resolve) => {
    let words = "";
    child.on("error", (error) => resolve(problemOf(error)));
    child.on("close", (code, signal) => {
      const end = signal === null ? `it ended with exit code ${code ?? "unknown"}` : `it was ended by ${signal}`;
      resolve(code === 0 ? null : words.trim().replace(/\s+/g, " ") || end);
    });
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      words = (words + text).slice(0, MAX_WORDS);
    });
  });
}

/**
 * Run a tool to its end.
 * @throws ERR_TOOL if it fails, ERR_DEADLINE if it has not ended in time; it is killed then.
 */
export async function runTool(
  tool: Tool,
  args: readonly string[],
  deadlineMs: number,
  surroundings: ToolSurroundings = {},
): Promise<void> {
  const command = [tool, ...args].join(" ");
  const { ended, kill } = startTool(tool, args, surroundings);
  if (!(await endsWithin(realClock, deadlineMs, ended))) {
    kill();
    throw selfballoonError("ERR_DEADLINE", { what: command, deadlineMs });
  }
  const problem = await ended;
  if (problem !== null) throw selfballoonError("ERR_TOOL", { command, problem });
}
