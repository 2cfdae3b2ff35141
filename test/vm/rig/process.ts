import { type ChildProcess, type SpawnOptions, type StdioOptions, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync, statSync } from "node:fs";

const MAY_BE_ABSENT = { throwIfNoEntry: false } as const;

/** How long a killed process group may take to obey SIGTERM before it gets SIGKILL. */
const TERM_GRACE_MS = 3_000;
/** Of each output stream this much of the end is kept; enough for any error message. */
const KEPT_OUTPUT_CHARACTERS = 4_000_000;

export interface RunOptions {
  /** The process and its whole group are killed after this long. */
  readonly deadlineMs: number;
  /** Files in which it shows that it goes on: with them it is killed once none has grown for that long. */
  readonly signsOfLife?: readonly string[];
  readonly cwd?: string;
  /** Added to this process's own environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Fed to standard input, which is empty otherwise. */
  readonly input?: Uint8Array;
  /** Standard output goes into this file instead of into the result. */
  readonly stdoutFile?: string;
}

export interface RunResult {
  /** null when a signal ended it. */
  readonly exitCode: number | null;
  readonly timedOut: boolean;
  readonly stdout: string;
  readonly stderr: string;
  readonly durationMs: number;
}

/** The search path for host tools: mke2fs and debugfs live in sbin folders that a plain user's PATH lacks. */
export function toolPath(): string {
  return `${process.env["PATH"] ?? "/usr/bin:/bin"}:/usr/local/sbin:/usr/sbin:/sbin`;
}

/** The command as a person would type it, for messages. */
export function commandLine(command: string, args: readonly string[]): string {
  return [command, ...args].map(quoteForShell).join(" ");
}

/** A program that runs beside the test until it ends or is killed. */
export interface StartedProcess {
  readonly pid: number;
  /** Resolves when it is gone, however that came. */
  readonly exited: Promise<void>;
  isRunning(): boolean;
  /** Kills it and its group at once, and waits until it is gone. */
  kill(): Promise<void>;
}

/** Starts a program whose output goes to `logFile`. It dies with this process. Rejects if it cannot be started. */
export async function start(command: string, args: readonly string[], logFile: string): Promise<StartedProcess> {
  const log = openSync(logFile, "w");
  const child = spawnMortal(command, args, { stdio: ["ignore", log, log] });
  closeSync(log);
  await once(child, "spawn");
  const { pid } = child;
  if (pid === undefined) throw new Error(`${command} has no process id`);
  const exited = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const kill = () => {
    killGroup(child, "SIGKILL");
    return exited;
  };
  return { pid, exited, isRunning: () => child.exitCode === null && child.signalCode === null, kill };
}

/** Runs a program to its end or its deadline. Any exit code is a result; only a failed start rejects. */
export async function run(command: string, args: readonly string[], options: RunOptions): Promise<RunResult> {
  const startMs = performance.now();
  const stdoutFd = options.stdoutFile === undefined ? null : openSync(options.stdoutFile, "w");
  const stdio: StdioOptions = ["pipe", stdoutFd ?? "pipe", "pipe"];
  const child = spawnMortal(command, args, { cwd: options.cwd, env: options.env, stdio });
  if (stdoutFd !== null) closeSync(stdoutFd);
  const stdout = keepTail(child.stdout);
  const stderr = keepTail(child.stderr);
  feed(child, options.input);
  let timedOut = false;
  const stopWatching = watchLife(options, () => {
    timedOut = true;
    killGroup(child, "SIGTERM");
    setTimeout(() => killGroup(child, "SIGKILL"), TERM_GRACE_MS).unref();
  });
  try {
    const exitCode = await exitOf(child);
    return { exitCode, timedOut, stdout: stdout(), stderr: stderr(), durationMs: performance.now() - startMs };
  } finally {
    stopWatching();
  }
}

/** Calls `end` at the deadline, unless what it answers is called before. */
function watchLife({ deadlineMs, signsOfLife = [] }: RunOptions, end: () => void): () => void {
  const said = (): number => signsOfLife.reduce((bytes, file) => bytes + (statSync(file, MAY_BE_ABSENT)?.size ?? 0), 0);
  let before = said();
  const timer = setInterval(() => {
    const now = said();
    if (now === before) end();
    before = now;
  }, deadlineMs);
  return () => clearInterval(timer);
}

/** Like `run`, for a tool that must succeed; answers its standard output. The error says how to replay it. */
export async function runTool(command: string, args: readonly string[], options: RunOptions): Promise<string> {
  const result = await run(command, args, options);
  if (result.exitCode === 0 && !result.timedOut) return result.stdout;
  const how = result.timedOut
    ? `ran longer than ${options.deadlineMs} ms`
    : `exited with ${result.exitCode ?? "a signal"}`;
  const where = options.cwd === undefined ? "" : `cd ${quoteForShell(options.cwd)} && `;
  const output = `${result.stdout}\n${result.stderr}`.trim().slice(-2_000);
  throw new Error(`${command} ${how}\nreplay: ${where}${commandLine(command, args)}\n${output}`);
}

/** setpriv: the kernel kills the child if this process dies, even by SIGKILL. detached: a group of its own to kill. */
function spawnMortal(command: string, args: readonly string[], options: SpawnOptions): ChildProcess {
  const env = { ...process.env, PATH: toolPath(), LC_ALL: "C", ...options.env };
  return spawn("setpriv", ["--pdeathsig", "KILL", "--", command, ...args], { ...options, env, detached: true });
}

function quoteForShell(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

function keepTail(stream: NodeJS.ReadableStream | null): () => string {
  let kept = "";
  stream?.setEncoding("utf8").on("data", (text: string) => {
    kept = (kept + text).slice(-KEPT_OUTPUT_CHARACTERS);
  });
  return () => kept;
}

function feed(child: ChildProcess, input: Uint8Array | undefined): void {
  child.stdin?.on("error", () => undefined); // it may end without reading everything; its exit code tells
  child.stdin?.end(input);
}

function exitOf(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    // What it left behind would keep the pipes open, and "close" would never come.
    child.once("exit", () => killGroup(child, "SIGKILL"));
    child.once("close", resolve);
  });
}

function killGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch {
    // The group is gone already, which is what was wanted.
  }
}
