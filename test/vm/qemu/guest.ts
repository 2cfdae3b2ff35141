import { cp, mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { claimRunFolder } from "../rig/cache.ts";
import { makeBlankDisk, packExt4 } from "../rig/images.ts";
import { tailOf } from "../rig/log.ts";
import type { ExecChannel, ExecResult } from "./exec-channel.ts";
import { buildBootImages, buildNodeDisk, type KernelChoice } from "./images.ts";
import { type Disk, kernelCommandLine, type Machine } from "./machine.ts";

const EXEC_DEADLINE_MS = 300_000;
/** Guests started at once begin to boot this long after each other: all at the same time they would all be slow. */
const STAGGER_MS = 1_500;

export interface GuestOptions {
  /** The run's folder is `<cache>/runs/qemu-NAME` or `libvirt-NAME`: unique among guests that may run at once. */
  readonly name: string;
  /** The whole memory of the machine; the balloon starts empty, so this is what the guest starts with. */
  readonly memoryMib: number;
  readonly kernel: KernelChoice;
  /** Lets the guest's balloon give memory back instead of an OOM kill. Default: false. */
  readonly deflateOnOom?: boolean;
  /** Lets the guest tell the host which of its pages are free. Default: false. */
  readonly freePageReporting?: boolean;
  /** Whether the guest has a port for the guest agent, and runs it. Default: true. */
  readonly agent?: boolean;
  /** Whether the machine goes on after a reset, or after a reboot of the guest, instead of ending. Default: false. */
  readonly survivesReset?: boolean;
  /** Default: none. */
  readonly swap?: SwapOptions;
  /** Whether the guest has `node`, the binary that runs the tests. Default: false. */
  readonly withNode?: boolean;
  /** Files and folders of this machine that the guest sees, read-only, as /in/NAME. */
  readonly guestFiles?: Readonly<Record<string, string>>;
  /** An ext4 image with a whole system, which runs instead of the rig's own and may write to it. Default: none. */
  readonly rootDisk?: string;
  /** For the guest's kernel, beside the rig's own. */
  readonly kernelArguments?: string;
  /** From power-on until the guest takes commands; building images and waiting for the turn are not counted. */
  readonly deadlineMs: number;
}

/** Swap on a disk; on a disk with zswap before it; or compressed in memory, `mib` before compression. */
export interface SwapOptions {
  readonly kind: "disk" | "zswap" | "zram";
  readonly mib: number;
}

/** A machine ready to be started, and where its traces go. */
export interface LaidOutGuest {
  readonly machine: Machine;
  readonly runFolder: string;
}

/** Builds what is not built yet, and makes the run's folder and disks. `kind` starts the folder's name. */
export async function layOutGuest(kind: "qemu" | "libvirt", options: GuestOptions): Promise<LaidOutGuest> {
  const images = await buildBootImages(options.kernel);
  const nodeDisk = options.withNode === true ? await buildNodeDisk() : null;
  const runFolder = await claimRunFolder(`${kind}-${options.name}`);
  const disks = await makeDisks(options, runFolder);
  if (nodeDisk !== null) disks.push({ name: "node", file: nodeDisk, readOnly: true });
  const machine = {
    name: options.name,
    memoryMib: options.memoryMib,
    images,
    kernelCommandLine: kernelCommandLine(disks, options.kernelArguments ?? ""),
    disks,
    deflateOnOom: options.deflateOnOom ?? false,
    freePageReporting: options.freePageReporting ?? false,
    survivesReset: options.survivesReset ?? false,
    consoleLog: join(runFolder, "console.log"),
    rigSocket: join(runFolder, "rig.sock"),
  };
  return { machine, runFolder };
}

let nextTurn: Promise<unknown> = Promise.resolve();

/** Wait for this before starting a machine. */
export function turnToBoot(): Promise<unknown> {
  const mine = nextTurn;
  nextTurn = mine.then(() => sleep(STAGGER_MS));
  return mine;
}

/** Removes the disks that were made for this run alone. */
export async function removeDisks({ machine, runFolder }: LaidOutGuest): Promise<void> {
  for (const { file } of machine.disks) if (file.startsWith(runFolder)) await rm(file, { force: true });
}

/** What can be done inside a guest, however its machine was started. */
export class GuestShell {
  readonly #channel: ExecChannel;
  readonly #guest: LaidOutGuest;

  constructor(channel: ExecChannel, guest: LaidOutGuest) {
    this.#channel = channel;
    this.#guest = guest;
  }

  /**
   * Runs a command in the guest's /bin/sh as root; any exit code is a result. Several may run at once. It ends when the
   * command has closed its standard output, so start what shall go on by not awaiting it, rather than with `&`.
   * Rejects on the deadline (the command goes on) and when the machine ends; the message has the console's last lines.
   */
  exec(command: string, deadlineMs = EXEC_DEADLINE_MS): Promise<ExecResult> {
    const result = this.#run(command, deadlineMs);
    result.catch(() => undefined); // a hog that nobody awaits any more may be stopped with its machine
    return result;
  }

  /** The number after NAME in a file of lines "NAME: 123 kB" or "NAME 123", such as /proc/meminfo (KiB) and vmstat. */
  async counter(file: string, name: string): Promise<number> {
    const { stdout } = await this.exec(`cat ${file}`);
    const line = stdout.split("\n").find((text) => text.startsWith(`${name}:`) || text.startsWith(`${name} `));
    const value = /\s(\d+)/.exec(line ?? "")?.[1];
    if (value === undefined) throw new Error(`guest ${this.#guest.machine.name}: ${file} has no ${name}`);
    return Number(value);
  }

  /** Turns on the swap that was asked for. */
  async turnOnSwap(swap: SwapOptions | undefined): Promise<void> {
    if (swap === undefined) return;
    const { exitCode } = await this.exec(`swap-on ${swap.kind} ${swap.mib}`);
    if (exitCode !== 0) throw new Error(`swap-on failed\n${await describeGuest(this.#guest)}`);
  }

  async #run(command: string, deadlineMs: number): Promise<ExecResult> {
    try {
      return await this.#channel.run(command, deadlineMs);
    } catch (cause) {
      const { name } = this.#guest.machine;
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new Error(`guest ${name}: ${reason}: ${command}\n${await describeGuest(this.#guest)}`, { cause });
    }
  }
}

/** The end of the guest's console and how to replay the run, for a message. */
export async function describeGuest({ machine, runFolder }: LaidOutGuest): Promise<string> {
  return [
    `--- end of ${machine.consoleLog}`,
    await tailOf(machine.consoleLog),
    `--- all traces are in ${runFolder}`,
  ].join("\n");
}

async function makeDisks(options: GuestOptions, runFolder: string): Promise<Disk[]> {
  const disks: Disk[] = [];
  const files = Object.entries(options.guestFiles ?? {});
  if (files.length > 0) {
    const inFolder = join(runFolder, "in");
    await mkdir(inFolder);
    for (const [name, source] of files) await cp(source, join(inFolder, name), { recursive: true });
    const image = join(runFolder, "in.img");
    await packExt4(inFolder, image);
    disks.push({ name: "in", file: image, readOnly: true });
  }
  if (options.rootDisk !== undefined) disks.push({ name: "root", file: options.rootDisk, readOnly: false });
  if (options.swap !== undefined && options.swap.kind !== "zram") {
    const image = join(runFolder, "swap.img");
    await makeBlankDisk(image, options.swap.mib);
    disks.push({ name: "swap", file: image, readOnly: false });
  }
  return disks;
}
