import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { createInterface } from "node:readline";

/** It waits for a line before it takes anything, so that it can be put into a cgroup first. */
const TAKES = `
const [totalMib, mibPerS] = process.argv.slice(1).map(Number);
const taken = [];
process.stdin.once("data", () => {
  const timer = setInterval(() => {
    taken.push(Buffer.alloc((mibPerS / 4) * 1048576, 7));
    if ((taken.length * mibPerS) / 4 < totalMib) return;
    clearInterval(timer);
    console.log("it has it all");
  }, 250);
});
`;

/** Another process of the host, which takes memory at some pace and holds it; the first to be killed where there is none. */
export class OtherProcess {
  hasAll = false;
  private readonly child: ChildProcess;

  private constructor(child: ChildProcess) {
    this.child = child;
    if (child.stdout !== null) createInterface(child.stdout).on("line", () => (this.hasAll = true));
  }

  static async start(totalMib: number, mibPerS: number): Promise<OtherProcess> {
    const child = spawn(process.execPath, ["-e", TAKES, String(totalMib), String(mibPerS)], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    await once(child, "spawn");
    writeFileSync(`/proc/${child.pid}/oom_score_adj`, "1000");
    return new OtherProcess(child);
  }

  get pid(): number {
    const { pid } = this.child;
    if (pid === undefined) throw new Error("it has no process");
    return pid;
  }

  /** Whether it was killed, or has ended otherwise. */
  get hasEnded(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }

  take(): void {
    this.child.stdin?.write("go\n");
  }

  async end(): Promise<void> {
    if (this.hasEnded) return;
    const ended = once(this.child, "exit");
    this.child.kill("SIGKILL");
    await ended;
  }
}
