import { cp, mkdir, readdir, readFile, rm, rmdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { hasSystemCode } from "../../../src/core/errors.ts";
import { copyDebianDisk } from "../qemu/debian.ts";
import type { ExecResult } from "../qemu/exec-channel.ts";
import { run, type StartedProcess, start } from "../rig/process.ts";
import { PATIENCE_MS, waitUntil } from "../rig/wait.ts";

const SCRIPT = fileURLToPath(new URL("./container.sh", import.meta.url));
const SYSTEM_PATH = "PATH=/usr/sbin:/usr/bin:/sbin:/bin";
const NAMESPACES = ["-m", "-p", "-u", "-i", "-n", "-C"];

/** Where this machine's control groups of version 2 are; null if it has none. */
export async function cgroupFolder(): Promise<string | null> {
  const mounts = (await readFile("/proc/self/mounts", "utf8")).split("\n").map((line) => line.split(" "));
  return mounts.find(([, , type]) => type === "cgroup2")?.[1] ?? null;
}

/**
 * A Debian 13 with systemd that runs on this machine's kernel, in namespaces: as fast as the machine, without emulation. The kernel's
 * settings, modules and clock are out of its reach, sysfs is not. What is on its disk outlives a boot.
 */
export class SystemdContainer {
  readonly #disk: string;
  readonly #folder: string;
  readonly #cgroup: string;

  private constructor(disk: string, folder: string, cgroup: string) {
    this.#disk = disk;
    this.#folder = folder;
    this.#cgroup = cgroup;
  }

  /** One that was never booted. */
  static async create(): Promise<SystemdContainer> {
    const cgroups = await cgroupFolder();
    if (cgroups === null) throw new Error("this machine has no control groups of version 2");
    const { disk, folder } = await copyDebianDisk("container");
    await mkdir(join(folder, "root"));
    return new SystemdContainer(disk, folder, join(cgroups, `selfballoon-test-${process.pid}`));
  }

  /** Boots it and waits until all that starts at boot has started. */
  async boot(): Promise<RunningContainer> {
    await mkdir(this.#cgroup, { recursive: true });
    const args = [SCRIPT, this.#disk, join(this.#folder, "root"), this.#cgroup];
    const container = new RunningContainer(await start("sh", args, join(this.#folder, "boot.log")));
    await waitUntil(
      "systemd to have started all",
      async () => /running|degraded/.test((await container.exec("systemctl is-system-running --wait")).stdout),
      PATIENCE_MS,
    );
    return container;
  }

  /** Throws it away. */
  async remove(): Promise<void> {
    await waitUntil("its processes to be gone", () => removeCgroups(this.#cgroup), PATIENCE_MS);
    await rm(this.#disk, { force: true });
  }
}

/** A container that was booted. */
export class RunningContainer {
  readonly #unshare: StartedProcess;

  constructor(unshare: StartedProcess) {
    this.#unshare = unshare;
  }

  /** Copies a file or folder of this machine into it. */
  async put(source: string, target: string): Promise<void> {
    await cp(source, `/proc/${await this.#init()}/root${target}`, { recursive: true });
  }

  /** Runs a command in its /bin/sh as root; any exit code is a result. */
  async exec(command: string, deadlineMs = PATIENCE_MS): Promise<ExecResult> {
    const args = ["-t", await this.#init(), ...NAMESPACES, "env", "-i", SYSTEM_PATH, "sh", "-c", command];
    const { exitCode, stdout, timedOut } = await run("nsenter", args, { deadlineMs });
    if (timedOut) throw new Error(`no answer for ${deadlineMs} ms: ${command}`);
    return { exitCode: exitCode ?? 1, stdout };
  }

  /** The process number that its first process has on this machine; empty until it is there. */
  async #init(): Promise<string> {
    const { pid } = this.#unshare;
    return (await readFile(`/proc/${pid}/task/${pid}/children`, "utf8")).trim();
  }

  isRunning(): boolean {
    return this.#unshare.isRunning();
  }

  stop(): Promise<void> {
    return this.#unshare.kill();
  }
}

/** The innermost first. False if one still has processes. */
async function removeCgroups(folder: string): Promise<boolean> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (entry.isDirectory() && !(await removeCgroups(join(folder, entry.name)))) return false;
  }
  try {
    await rmdir(folder);
    return true;
  } catch (thrown) {
    if (hasSystemCode(thrown, "EBUSY")) return false;
    throw thrown;
  }
}
