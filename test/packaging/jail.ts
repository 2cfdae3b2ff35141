import { spawn } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, onTestFinished } from "vitest";
import { until } from "../support/until.ts";
import { SIMULATED } from "./release-facts.ts";
import { run, succeed } from "./tools.ts";

/** A root of its own, without a network; of this machine there are only /proc and /dev, as in a container. */
export class Jail {
  readonly root: string;

  constructor(root: string) {
    this.root = root;
    for (const name of ["proc", "dev", "run/selfballoon"]) mkdirSync(join(root, name), { recursive: true });
  }

  /** What unshare is given so that a program runs inside. */
  inside(args: readonly string[]): readonly string[] {
    const enter = 'mount --rbind /proc "$0/proc" && mount --rbind /dev "$0/dev" && exec chroot "$0" "$@"';
    return ["-r", "-n", "-m", "sh", "-c", enter, this.root, ...args];
  }

  /** Put a program of this machine inside, at `path`, with the libraries that it needs. */
  put(program: string, path = program): void {
    this.copy(program, path);
    this.putLibrariesOf(program);
  }

  /** Put the libraries inside that a program needs which is there already. */
  putLibrariesOf(program: string): void {
    const listed = succeed("ldd", [program], this.root).matchAll(/(\/\S+) \(0x/g);
    for (const [, path = ""] of listed) this.copy(path, path);
  }

  /** The daemon starts as its unit has it, answers `selfballoon`, and ends well. */
  async startsAnswersAndEnds(unit: string, selfballoon: string): Promise<void> {
    const text = readFileSync(join(this.root, unit), "utf8");
    const command = /^ExecStart=(.*) run --real$/m.exec(text)?.[1]?.split(" ") ?? [];
    const daemon = spawn("unshare", this.inside([...command, ...SIMULATED]), { stdio: "ignore" });
    onTestFinished(() => void daemon.kill("SIGKILL"));
    const ended = new Promise((resolve) => daemon.once("exit", resolve));
    const status = this.inside([selfballoon, "status"]);
    await until("it answers", () => run("unshare", status, this.root).exitCode === 0);
    daemon.kill("SIGTERM");
    expect(await ended).toBe(0);
  }

  private copy(from: string, to: string): void {
    mkdirSync(dirname(join(this.root, to)), { recursive: true });
    cpSync(realpathSync(from), join(this.root, to));
  }
}
