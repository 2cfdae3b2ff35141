import { type ExecFileException, execFile } from "node:child_process";
import { type SelfballoonError, selfballoonError } from "../../core/errors.ts";
import { oneLine } from "../host/json.ts";
import { createTurns } from "../host/turns.ts";

/** Most that one call may print: statistics of a thousand domains take half a MiB. */
const MAX_OUTPUT_BYTES = 8 * 1_048_576;

/** Most processes at a time; further calls wait for their turn. */
const MAX_PROCESSES = 4;

export interface VirshOptions {
  /** libvirt's connection, such as `qemu:///system`. */
  readonly uri: string;
  /** The program, by its path or looked up in PATH. */
  readonly program: string;
  readonly deadlineMs: number;
}

/** What a call printed. virsh goes on after a command that failed, so both may hold something. */
export interface VirshOutput {
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs one virsh: `args` are its arguments, none of which any shell sees. */
export type RunVirsh = (args: readonly string[]) => Promise<VirshOutput>;

/**
 * How virsh is run. This is the only place that starts a process.
 * @returns a function that throws ERR_VIRSH if virsh is missing, fails or prints too much, ERR_DEADLINE.
 */
export function createVirsh(options: VirshOptions): RunVirsh {
  const turns = createTurns(MAX_PROCESSES);
  return (args) => turns(() => spawnVirsh(options, args));
}

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
