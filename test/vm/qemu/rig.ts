import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { tailOf } from "../rig/log.ts";
import { commandLine, type StartedProcess, start } from "../rig/process.ts";
import { ExecChannel, type ExecResult } from "./exec-channel.ts";
import {
  describeGuest,
  type GuestOptions,
  GuestShell,
  type LaidOutGuest,
  layOutGuest,
  removeDisks,
  turnToBoot,
} from "./guest.ts";
import { JsonClient } from "./json-client.ts";
import { type QemuSockets, qemuArguments } from "./machine.ts";
import { checkSocketPath, connectSocket } from "./socket.ts";

const MIB_KIB = 1024;
const MIB_BYTES = 1024 * 1024;

/** A running guest under a QEMU of this process; it dies with this process. */
export interface QemuGuest {
  readonly name: string;
  /** QMP socket for the program under test; the rig has one of its own. */
  readonly qmpSocket: string;
  /** The guest agent's socket, for the program under test; null for a guest without agent. One client at a time. */
  readonly agentSocket: string | null;
  /** What the guest's kernel said, and the standard error of commands. */
  readonly consoleLog: string;
  /** Holds the logs, and `boot.sh`, which boots the same again by hand while the disks are there. */
  readonly runFolder: string;
  /** From power-on until it took commands. */
  readonly bootMs: number;
  /** See `GuestShell.exec`. */
  exec(command: string, deadlineMs?: number): Promise<ExecResult>;
  /** See `GuestShell.counter`. */
  counter(file: string, name: string): Promise<number>;
  /** A command to QEMU over the rig's own QMP socket; the value of `return`. */
  qmp(execute: string, args?: Readonly<Record<string, unknown>>): Promise<unknown>;
  /** What QEMU says that the guest has now: all memory less the balloon. */
  actualMib(): Promise<number>;
  /** Resident memory of the QEMU process: the guest's touched pages and about 130 MiB of its own. */
  rssMib(): Promise<number>;
  /** The QEMU process, for whoever limits what it may have. */
  readonly pid: number;
  /** False once QEMU ended, which a panic or a reset of the guest brings about too. */
  isRunning(): boolean;
  /** Ends the machine at once, as if the power failed. May be called twice. */
  stop(): Promise<void>;
}

/** Boots one guest and waits until it takes commands. Call it several times at once for several guests. */
export async function startQemuGuest(options: GuestOptions): Promise<QemuGuest> {
  const guest = await layOutGuest("qemu", options);
  const inRunFolder = (name: string) => join(guest.runFolder, name);
  const rigQmpSocket = inRunFolder("rig-qmp.sock");
  const qmpSocket = inRunFolder("qmp.sock");
  const agentSocket = options.agent === false ? null : inRunFolder("agent.sock");
  checkSocketPath(rigQmpSocket); // the longest
  const qemu = await startMachine(guest, { qmp: [qmpSocket, rigQmpSocket], agent: agentSocket });
  try {
    const startMs = performance.now();
    const channel = new ExecChannel(await connectSocket(guest.machine.rigSocket, qemu.isRunning, options.deadlineMs));
    const qmp = await JsonClient.connectQmp(rigQmpSocket, qemu.isRunning, options.deadlineMs);
    const shell = new GuestShell(channel, guest);
    await channel.run("true", options.deadlineMs); // answered as soon as the guest is ready
    const bootMs = performance.now() - startMs;
    await shell.turnOnSwap(options.swap);
    return {
      name: options.name,
      qmpSocket,
      agentSocket,
      consoleLog: guest.machine.consoleLog,
      runFolder: guest.runFolder,
      bootMs,
      exec: (command, deadlineMs) => shell.exec(command, deadlineMs),
      counter: (file, name) => shell.counter(file, name),
      qmp: (execute, args) => qmp.request(execute, args),
      actualMib: async () => readActual(await qmp.request("query-balloon")) / MIB_BYTES,
      rssMib: () => residentMib(qemu.pid),
      pid: qemu.pid,
      isRunning: qemu.isRunning,
      stop: async () => {
        await qemu.kill();
        channel.close();
        qmp.close();
        await removeDisks(guest);
      },
    };
  } catch (cause) {
    await qemu.kill();
    throw new Error(await describeFailure(guest), { cause });
  }
}

async function startMachine(guest: LaidOutGuest, sockets: QemuSockets): Promise<StartedProcess> {
  const args = qemuArguments(guest.machine, sockets);
  const script = `#!/bin/sh\nexec ${commandLine("qemu-system-x86_64", args)}\n`;
  await writeFile(join(guest.runFolder, "boot.sh"), script);
  await turnToBoot();
  return start("qemu-system-x86_64", args, join(guest.runFolder, "qemu.log"));
}

function readActual(answer: unknown): number {
  if (typeof answer === "object" && answer !== null && "actual" in answer && typeof answer.actual === "number") {
    return answer.actual;
  }
  throw new Error(`query-balloon answered ${JSON.stringify(answer)}`);
}

async function residentMib(pid: number): Promise<number> {
  const kib = /^VmRSS:\s+(\d+) kB$/m.exec(await readFile(`/proc/${pid}/status`, "utf8"))?.[1];
  if (kib === undefined) throw new Error(`process ${pid} has no memory any more`);
  return Number(kib) / MIB_KIB;
}

async function describeFailure(guest: LaidOutGuest): Promise<string> {
  const qemuLog = join(guest.runFolder, "qemu.log");
  return [
    `guest ${guest.machine.name} did not come up`,
    await describeGuest(guest),
    `--- what QEMU said: ${await tailOf(qemuLog)}`,
    `--- replay: sh ${join(guest.runFolder, "boot.sh")}`,
  ].join("\n");
}
