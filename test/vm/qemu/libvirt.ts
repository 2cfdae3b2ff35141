import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { cacheFolder, claimRunFolder } from "../rig/cache.ts";
import { tailOf } from "../rig/log.ts";
import { run, runTool, type StartedProcess, start } from "../rig/process.ts";
import { waitUntil } from "../rig/wait.ts";
import { LIBVIRTD, type LibvirtDaemon } from "./libvirt-daemons.ts";
import { type LibvirtGuest, type LibvirtGuestOptions, startLibvirtGuest } from "./libvirt-guest.ts";
import { checkSocketPath } from "./socket.ts";

const START_DEADLINE_MS = 300_000;
const VIRSH_DEADLINE_MS = 300_000;
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
const DAEMON_CONF = `auth_unix_rw = "none"
log_outputs = "2:file:/var/log/libvirt/daemon.log"
`;

/** A libvirt daemon of this process, apart from any that the machine has; it and its guests die with this process. */
export interface Libvirt {
  /** For `virsh -c`; of the form `qemu+unix:///system?socket=...`. */
  readonly uri: string;
  /** The daemon's socket. */
  readonly socket: string;
  /** Holds libvirt's logs, the one of each guest's QEMU too, below `log`. */
  readonly runFolder: string;
  /** Boots one guest and waits until it takes commands. */
  startGuest(options: LibvirtGuestOptions): Promise<LibvirtGuest>;
  /** One virsh command that must succeed; what it printed. */
  virsh(...args: string[]): Promise<string>;
  /** Ends the daemon, while its guests go on, and starts it again when `work` is done. */
  whileAway(work: () => Promise<void>): Promise<void>;
  /** Ends the daemon and all its guests at once. */
  stop(): Promise<void>;
}

/** Starts libvirt's daemon, without systemd, and waits until it answers. Only one of each kind at a time. */
export async function startLibvirt(kind: LibvirtDaemon = LIBVIRTD): Promise<Libvirt> {
  const { program } = kind;
  const root = await kind.root();
  const runFolder = await claimRunFolder(program);
  const capabilities = join(cacheFolder(), "libvirt-capabilities", kind.title.replaceAll(" ", "-")); // kept: asking QEMU for them takes seconds
  for (const name of ["etc", "run", "lib", "log"]) await mkdir(join(runFolder, name));
  await mkdir(capabilities, { recursive: true });
  await writeFile(join(runFolder, "etc", "qemu.conf"), QEMU_CONF);
  await writeFile(join(runFolder, "etc", `${program}.conf`), DAEMON_CONF);
  const socket = join(runFolder, "run", kind.socket);
  checkSocketPath(socket);
  const uri = `qemu+unix:///system?socket=${socket}`;

  const namespace = ["--mount", "--pid", "--fork", "--kill-child", "--mount-proc"];
  const log = join(runFolder, "daemon-output.log");
  const args = [...namespace, "sh", NAMESPACE_SCRIPT, runFolder, capabilities, cacheFolder(), program, root];
  const daemon = await start("unshare", args, log);
  const virsh = (...words: string[]) =>
    runTool("virsh", ["-q", "-c", uri, ...words], { deadlineMs: VIRSH_DEADLINE_MS });
  const isThere = () => waitUntil(`${program} to answer`, () => answers(daemon, uri), START_DEADLINE_MS);
  try {
    await isThere();
  } catch (cause) {
    await daemon.kill();
    const logs = [log, join(runFolder, "log", "daemon.log")];
    const tails = await Promise.all(logs.map(async (file) => `--- end of ${file}\n${await tailOf(file)}`));
    throw new Error([`${program} did not start`, ...tails].join("\n"), { cause });
  }
  const whileAway = async (work: () => Promise<void>) => {
    const away = join(runFolder, "away");
    await writeFile(away, "");
    await waitUntil(`${program} to be gone`, async () => !(await answers(daemon, uri)), START_DEADLINE_MS);
    await work();
    await rm(away);
    await isThere();
  };
  const host = { isRunning: daemon.isRunning, virsh };
  return {
    ...{ uri, socket, runFolder, virsh, whileAway },
    startGuest: (options) => startLibvirtGuest(options, host),
    stop: daemon.kill,
  };
}

async function answers(daemon: StartedProcess, uri: string): Promise<boolean> {
  if (!daemon.isRunning()) throw new Error("it ended");
  const result = await run("virsh", ["-c", uri, "list"], { deadlineMs: VIRSH_DEADLINE_MS });
  return result.exitCode === 0;
}
