import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { StepRecord } from "../../../../src/core/journal-record.ts";
import { waitUntil } from "../../rig/wait.ts";

const DIST = fileURLToPath(new URL("../../../../dist", import.meta.url));
const END_DEADLINE_MS = 120_000;
const CHECK_DEADLINE_MS = 300_000;
const exec = promisify(execFile);

/** The built command as a host's daemon, in a process of its own. */
export class HostDaemon {
  /** Every step so far, in order. */
  readonly steps: StepRecord[] = [];
  /** Its log so far. */
  log = "";
  private readonly child: ChildProcess;
  private readonly folder: string;
  private recorder: ChildProcess | null = null;

  private constructor(child: ChildProcess, folder: string) {
    this.child = child;
    this.folder = folder;
    if (child.stdout !== null)
      createInterface(child.stdout).on("line", (line) => this.steps.push(JSON.parse(line) as StepRecord));
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.log += text;
    });
  }

  /** Run it by `config`, a configuration file's text; from a copy of `dist`, which may be built again meanwhile. */
  static async start(config: string, dist = DIST): Promise<HostDaemon> {
    const folder = await mkdtemp(join(tmpdir(), "selfballoon-host-"));
    await cp(dist, join(folder, "dist"), { recursive: true });
    const file = join(folder, "selfballoon.toml");
    await writeFile(file, `${config}\n[api]\nsocket = "${socketIn(folder)}"\nlisten = ""\n`);
    const argv = [commandIn(folder), "run", "--config", file, "--json"];
    return new HostDaemon(spawn(process.execPath, argv, { stdio: ["ignore", "pipe", "pipe"] }), folder);
  }

  /** Its process, for whoever limits what it may have. */
  get pid(): number {
    const { pid } = this.child;
    if (pid === undefined) throw new Error("the daemon has no process");
    return pid;
  }

  /** The guest's last step; none yet: undefined. */
  lastStep(guest: string): StepRecord | undefined {
    return this.steps.findLast(({ decision }) => decision.guest === guest);
  }

  /** Wait until the log says `text`. */
  async says(text: string, deadlineMs: number): Promise<void> {
    await waitUntil(`the daemon to say "${text}"\n${this.log.slice(-2000)}`, () => this.log.includes(text), deadlineMs);
  }

  /** Ask it with a command. */
  async ask(...args: readonly string[]): Promise<{ exitCode: number; stdout: string; stderr: string }> {
    const options = { timeout: CHECK_DEADLINE_MS, env: this.commandEnv };
    return new Promise((resolve) => {
      const child = execFile(process.execPath, [commandIn(this.folder), ...args], options, (_, stdout, stderr) =>
        resolve({ exitCode: child.exitCode ?? -1, stdout, stderr }),
      );
    });
  }

  /** Record all that it decides from now on, until it ends. */
  async record(): Promise<void> {
    const { recording } = this;
    await writeFile(recording, "");
    const argv = [commandIn(this.folder), "record", recording];
    this.recorder = spawn(process.execPath, argv, { stdio: ["ignore", "ignore", "inherit"], env: this.commandEnv });
    await waitUntil("the recording to begin", async () => (await stat(recording)).size > 0, END_DEADLINE_MS);
  }

  /** Decide again on all that was recorded, once the daemon has ended. @returns what it says, and throws what differs. */
  async checkRecording(): Promise<string> {
    const { recorder } = this;
    if (recorder === null) throw new Error("nothing was recorded");
    await waitUntil("the recording to end", () => recorder.exitCode !== null, END_DEADLINE_MS);
    const argv = [commandIn(this.folder), "replay", "--check", this.recording];
    return (await exec(process.execPath, argv, { timeout: CHECK_DEADLINE_MS })).stdout;
  }

  /** Tell it to go. @returns its exit code. */
  async end(): Promise<number | null> {
    const ended = once(this.child, "exit", { signal: AbortSignal.timeout(END_DEADLINE_MS) });
    this.child.kill("SIGTERM");
    await ended;
    return this.child.exitCode;
  }

  /** End it at once if it still runs, and remove its files. */
  async dispose(): Promise<void> {
    this.child.kill("SIGKILL");
    this.recorder?.kill("SIGKILL");
    await rm(this.folder, { recursive: true, force: true });
  }

  private get commandEnv(): NodeJS.ProcessEnv {
    return { ...process.env, SELFBALLOON_SOCKET: socketIn(this.folder) };
  }

  private get recording(): string {
    return join(this.folder, "recording");
  }
}

function commandIn(folder: string): string {
  return join(folder, "dist/selfballoon.mjs");
}

function socketIn(folder: string): string {
  return join(folder, "selfballoon.sock");
}
