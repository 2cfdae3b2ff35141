import { spawn } from "node:child_process";
import { chmodSync } from "node:fs";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { Command } from "./command.ts";
import { Home } from "./home.ts";
import { PATIENCE_MS } from "./patience.ts";
import { until } from "./until.ts";

const NOBODY = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--bounding-set=-all"];

/** How a script ended. */
export interface Played {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A daemon with simulated guests, its files, and shells that use them: in mounts of their own, which vanish with the test. */
export class MountedFiles {
  readonly home = new Home();
  readonly path: string;
  private readonly holder = spawn("unshare", ["--mount", "--propagation", "private", "sleep", "1000"], {
    stdio: "ignore",
  });

  constructor(path?: string) {
    chmodSync(this.home.folder, 0o755);
    this.path = path ?? join(this.home.folder, "files");
    onTestFinished(() => void this.holder.kill("SIGKILL"));
  }

  /** A file, by its name. */
  at(name: string): string {
    return join(this.path, name);
  }

  daemon(): Promise<Command> {
    return this.home.daemon("--backend", "simulated");
  }

  /** Serve the files, and wait until they are there. */
  async serve(env: Readonly<Record<string, string>> = {}): Promise<Command> {
    const served = await this.files(env);
    await served.says("stdout", /The driver's files are in/);
    return served;
  }

  /** Start `selfballoon files`, whatever becomes of it. */
  files(env: Readonly<Record<string, string>> = {}): Promise<Command> {
    return this.start([this.path], [], env);
  }

  filesAsNobody(): Promise<Command> {
    return this.start([this.path], NOBODY);
  }

  undo(): Promise<Command> {
    return this.start(["--undo", this.path]);
  }

  private async start(
    args: readonly string[],
    user: readonly string[] = [],
    env: Readonly<Record<string, string>> = {},
  ): Promise<Command> {
    const under = [...(await this.inside()), ...user];
    return new Command(["files", ...args], { env: { ...this.home.env, ...env }, cwd: this.home.folder, under });
  }

  /** Play a bash script, as root. */
  async root(script: string): Promise<Played> {
    return play([...(await this.inside()), "bash", "-c", script]);
  }

  /** Play it as nobody, without any privilege. */
  async nobody(script: string): Promise<Played> {
    return play([...(await this.inside()), ...NOBODY, "bash", "-c", script]);
  }

  /** Whether something is mounted at the files' place or at its folder. */
  async isMounted(): Promise<boolean> {
    return (await this.root("grep -c selfballoon-files: /proc/self/mountinfo")).stdout.trim() !== "0";
  }

  /** The words that put a program among the mounts of this test. */
  private async inside(): Promise<readonly string[]> {
    const { pid = 0 } = this.holder;
    const own = (await play(["readlink", "/proc/self/ns/mnt"])).stdout;
    await until("mounts of our own", async () => {
      const { stdout } = await play(["readlink", `/proc/${pid}/ns/mnt`]);
      return stdout !== "" && stdout !== own ? true : null;
    });
    return ["nsenter", `--target=${pid}`, "--mount", `--wd=${this.home.folder}`];
  }
}

function play([program = "", ...args]: readonly string[]): Promise<Played> {
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, LC_ALL: "C" } });
  const played = { exitCode: null, stdout: "", stderr: "" };
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      child.kill("SIGKILL");
      reject(new Error(`${program} ${args.join(" ")} did not end within ${PATIENCE_MS} ms: ${played.stdout}`));
    }, PATIENCE_MS);
    for (const stream of ["stdout", "stderr"] as const)
      child[stream].setEncoding("utf8").on("data", (text: string) => {
        played[stream] += text;
      });
    child.on("error", reject).on("close", (exitCode) => {
      clearTimeout(timer);
      resolve({ ...played, exitCode });
    });
  });
}
