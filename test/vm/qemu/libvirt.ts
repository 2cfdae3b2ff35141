import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { cacheFolder, claimRunFolder } from "../rig/cache.ts";
import { tailOf } from "../rig/log.ts";
import { run, runTool, type StartedProcess, start } from "../rig/process.ts";
import { waitUntil } from "../rig/wait.ts";
import { domainXml } from "./domain-xml.ts";
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
import { checkSocketPath, connectSocket } from "./socket.ts";

const START_DEADLINE_MS = 60_000;
const VIRSH_DEADLINE_MS = 60_000;
const NAMESPACE_SCRIPT = fileURLToPath(new URL("./libvirt-namespace.sh", import.meta.url));

/** Root runs everything, and nothing of this machine is asked for: no D-Bus, cgroups, security labels or log daemon. */
const QEMU_CONF = `user = "root"
group = "root"
dynamic_ownership = 0
remember_owner = 0
security_driver = "none"
cgroup_controllers = []
namespaces = []
stdio_handler = "file"
`;
const LIBVIRTD_CONF = `auth_unix_rw = "none"
log_outputs = "2:file:/var/log/libvirt/libvirtd.log"
`;

/** A libvirt daemon of this process, apart from any that the machine has; it and its guests die with this process. */
export interface Libvirt {
  /** For `virsh -c`; of the form `qemu+unix:///system?socket=...`. */
  readonly uri: string;
  /** Holds libvirt's logs, the one of each guest's QEMU too, below `log`. */
  readonly runFolder: string;
  /** Boots one guest and waits until it takes commands. */
  startGuest(options: GuestOptions): Promise<LibvirtGuest>;
  /** One virsh command that must succeed; what it printed. */
  virsh(...args: string[]): Promise<string>;
  /** Ends the daemon and all its guests at once. */
  stop(): Promise<void>;
}

/** A running guest under libvirt. */
export interface LibvirtGuest {
  /** The domain's name. */
  readonly name: string;
  readonly consoleLog: string;
  readonly runFolder: string;
  /** See `GuestShell.exec`. */
  exec(command: string, deadlineMs?: number): Promise<ExecResult>;
  /** See `GuestShell.counter`. */
  counter(file: string, name: string): Promise<number>;
  /** Ends the domain at once, as if the power failed. */
  stop(): Promise<void>;
}

/** Starts libvirtd, without systemd, and waits until it answers. Only one at a time. */
export async function startLibvirt(): Promise<Libvirt> {
  const runFolder = await claimRunFolder("libvirtd");
  const capabilities = join(cacheFolder(), "libvirt-capabilities"); // kept: asking QEMU for them takes seconds
  for (const name of ["etc", "run", "lib", "log"]) await mkdir(join(runFolder, name));
  await mkdir(capabilities, { recursive: true });
  await writeFile(join(runFolder, "etc", "qemu.conf"), QEMU_CONF);
  await writeFile(join(runFolder, "etc", "libvirtd.conf"), LIBVIRTD_CONF);
  const socket = join(runFolder, "run", "libvirt-sock");
  checkSocketPath(socket);
  const uri = `qemu+unix:///system?socket=${socket}`;

  const namespace = ["--mount", "--pid", "--fork", "--kill-child", "--mount-proc"];
  const log = join(runFolder, "libvirtd-output.log");
  const daemon = await start("unshare", [...namespace, "sh", NAMESPACE_SCRIPT, runFolder, capabilities], log);
  const virsh = (...args: string[]) => runTool("virsh", ["-q", "-c", uri, ...args], { deadlineMs: VIRSH_DEADLINE_MS });
  try {
    await waitUntil("libvirtd to answer", () => answers(daemon, uri), START_DEADLINE_MS);
  } catch (cause) {
    await daemon.kill();
    const logs = [log, join(runFolder, "log", "libvirtd.log")];
    const tails = await Promise.all(logs.map(async (file) => `--- end of ${file}\n${await tailOf(file)}`));
    throw new Error(["libvirtd did not start", ...tails].join("\n"), { cause });
  }
  return { uri, runFolder, startGuest: (options) => startGuest(options, daemon, virsh), virsh, stop: daemon.kill };
}

async function answers(daemon: StartedProcess, uri: string): Promise<boolean> {
  if (!daemon.isRunning()) throw new Error("it ended");
  const result = await run("virsh", ["-c", uri, "list"], { deadlineMs: VIRSH_DEADLINE_MS });
  return result.exitCode === 0;
}

async function startGuest(
  options: GuestOptions,
  daemon: StartedProcess,
  virsh: Libvirt["virsh"],
): Promise<LibvirtGuest> {
  const guest = await layOutGuest("libvirt", options);
  checkSocketPath(guest.machine.rigSocket);
  const xmlFile = join(guest.runFolder, "domain.xml");
  await writeFile(xmlFile, domainXml(guest.machine, options.agent ?? true));
  await turnToBoot();
  await virsh("create", xmlFile);
  try {
    const channel = new ExecChannel(await connectSocket(guest.machine.rigSocket, daemon.isRunning, options.deadlineMs));
    const shell = new GuestShell(channel, guest);
    await channel.run("true", options.deadlineMs); // answered as soon as the guest is ready
    await shell.turnOnSwap(options.swap);
    return {
      name: options.name,
      consoleLog: guest.machine.consoleLog,
      runFolder: guest.runFolder,
      exec: (command, deadlineMs) => shell.exec(command, deadlineMs),
      counter: (file, name) => shell.counter(file, name),
      stop: () => endDomain(guest, channel, virsh),
    };
  } catch (cause) {
    await virsh("destroy", options.name).catch(() => undefined); // it may be gone already
    throw new Error(`guest ${options.name} did not come up\n${await describeGuest(guest)}`, { cause });
  }
}

async function endDomain(guest: LaidOutGuest, channel: ExecChannel, virsh: Libvirt["virsh"]): Promise<void> {
  await virsh("destroy", guest.machine.name);
  channel.close();
  await removeDisks(guest);
}
