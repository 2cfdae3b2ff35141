import { type ExecFileException, execFile } from "node:child_process";
import type { Cancellation } from "../../core/backend.ts";
import { type SelfballoonError, selfballoonError } from "../../core/errors.ts";
import { oneLine } from "../host/json.ts";
import { createSemaphore, type Semaphore } from "../host/semaphore.ts";

/** Most that one call may print: statistics of a thousand domains take half a MiB. */
const MAX_OUTPUT_BYTES = 8 * 1_048_576;

/**
 * What waits for each other, and how many processes of it may run at a time. Agents that hang keep their processes to the
 * deadline, so nothing else waits for them; those that hung the last time are kept from the others, too.
 */
const LANES = { control: 4, agent: 8, doubtful: 4 } as const;

/** Most calls of a lane that may wait for their turn. */
const MAX_WAITING = 512;

export interface VirshOptions {
  /** libvirt's connection, such as `qemu:///system`. */
  readonly uri: string;
  /** The program, by its path or looked up in PATH. */
  readonly program: string;
  readonly deadlineMs: number;
}

/** What a call printed. virsh continues after a command that failed, so both may hold something. */
export interface VirshOutput {
  readonly stdout: string;
  readonly stderr: string;
}

/** How one call is made. */
export interface VirshCall {
  /** What it waits with: calls to agents, to those whose last one failed, or all others. */
  readonly lane: keyof typeof LANES;
  /** How long it may take, asked when it begins, if that is less than any may. */
  readonly deadlineMs?: () => number;
  /** When this aborts before the call has begun, it never will be. */
  readonly cancellation?: Cancellation;
}

/** Runs one virsh: `args` are its arguments, none of which any shell sees. */
export type RunVirsh = (args: readonly string[], call?: VirshCall) => Promise<VirshOutput>;

/**
 * How virsh is run. This is the only place that starts a process.
 * @returns a function that throws ERR_VIRSH if virsh is missing, fails or prints too much, ERR_DEADLINE; ERR_CANCELLED or
 * ERR_BUSY if it was not begun.
 */
export function createVirsh(options: VirshOptions): RunVirsh {
  const semaphoreOf = (lane: VirshCall["lane"]): Semaphore => createSemaphore(LANES[lane], MAX_WAITING);
  const lanes = { control: semaphoreOf("control"), agent: semaphoreOf("agent"), doubtful: semaphoreOf("doubtful") };
  return (args, { lane, deadlineMs, cancellation } = CONTROL) => {
    const spawn = (): Promise<VirshOutput> => {
      const limitMs = Math.min(options.deadlineMs, deadlineMs?.() ?? options.deadlineMs);
      return spawnVirsh({ ...options, deadlineMs: limitMs }, args);
    };
    return lanes[lane](spawn, cancellation);
  };
}

const CONTROL: VirshCall = { lane: "control" };

function spawnVirsh({ uri, program, deadlineMs }: VirshOptions, args: readonly string[]): Promise<VirshOutput> {
  const limits = { timeout: deadlineMs, killSignal: "SIGKILL", maxBuffer: MAX_OUTPUT_BYTES } as const;
  const env = { ...process.env, LC_ALL: "C" }; // its words are read
  return new Promise((resolve, reject) => {
    const child = execFile(program, ["-q", "-c", uri, ...args], { ...limits, env }, (error, stdout, stderr) => {
      if (error === null) resolve({ stdout, stderr });
      else reject(failure(args[0] ?? "", error, stderr, deadlineMs));
    });
    child.stdin?.end();
  });
}

/** What the end of a virsh means that did not succeed. `killed`: at the deadline. */
function failure(command: string, error: ExecFileException, stderr: string, deadlineMs: number): SelfballoonError {
  if (error.killed === true && error.signal === "SIGKILL") {
    return selfballoonError("ERR_DEADLINE", { what: `virsh ${command}`, deadlineMs }, error);
  }
  const problem = oneLine(stderr.trim() === "" ? error.message : stderr.trim());
  return selfballoonError("ERR_VIRSH", { command, problem }, error);
}
