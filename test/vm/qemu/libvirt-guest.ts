import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { domainXml } from "./domain-xml.ts";
import { ExecChannel, type ExecResult } from "./exec-channel.ts";
import { describeGuest, type GuestOptions, GuestShell, layOutGuest, removeDisks, turnToBoot } from "./guest.ts";
import { checkSocketPath, connectSocket } from "./socket.ts";

/** On the port with the third number; only the others have names in the guest. */
const START_SECOND_AGENT =
  "mkdir /run/second && exec qemu-ga --daemonize --method=virtio-serial --path=$(echo /dev/vport*p3) " +
  "--pidfile=/run/second/pid --statedir=/run/second --logfile=/run/second/log";

export interface LibvirtGuestOptions extends GuestOptions {
  /** How much memory can be plugged into the machine while it runs. Default: none. */
  readonly pluggableMib?: number;
  /** Whether it can be reached without libvirt, too: by a QMP socket, and by a second agent. Default: false. */
  readonly hasOwnSockets?: boolean;
}

/** The libvirt that a guest runs under. */
export interface LibvirtHost {
  isRunning(): boolean;
  /** One virsh command that must succeed; what it printed. */
  virsh(...args: string[]): Promise<string>;
}

/** A running guest under libvirt. */
export interface LibvirtGuest {
  /** The domain's name, when it was made. */
  readonly name: string;
  readonly consoleLog: string;
  readonly runFolder: string;
  /** With `hasOwnSockets`. */
  readonly qmpSocket: string;
  readonly agentSocket: string;
  /** See `GuestShell.exec`. */
  exec(command: string, deadlineMs?: number): Promise<ExecResult>;
  /** See `GuestShell.counter`. */
  counter(file: string, name: string): Promise<number>;
  /** Waits until it takes commands again, when it was started or restored by another QEMU. */
  reconnect(): Promise<void>;
  /** Ends the domain at once, as if the power failed. */
  stop(): Promise<void>;
}

/** Defines one guest, boots it and waits until it takes commands. */
export async function startLibvirtGuest(
  options: LibvirtGuestOptions,
  { virsh, isRunning }: LibvirtHost,
): Promise<LibvirtGuest> {
  const guest = await layOutGuest("libvirt", options);
  const { name, rigSocket, consoleLog } = guest.machine;
  checkSocketPath(rigSocket);
  const xmlFile = join(guest.runFolder, "domain.xml");
  const { agent: hasAgent = true, pluggableMib = 0, hasOwnSockets = false } = options;
  const qmpSocket = join(guest.runFolder, "qmp.sock");
  const agentSocket = join(guest.runFolder, "agent.sock");
  const sockets = hasOwnSockets ? { qmp: [qmpSocket], agent: agentSocket } : null;
  await writeFile(xmlFile, domainXml(guest.machine, { hasAgent, pluggableMib, sockets }));
  await turnToBoot();
  await virsh("define", xmlFile);
  await virsh("start", name);
  const connect = async (): Promise<{ channel: ExecChannel; shell: GuestShell }> => {
    const channel = new ExecChannel(await connectSocket(rigSocket, isRunning, options.deadlineMs));
    await channel.run("true", options.deadlineMs); // answered as soon as the guest is ready
    return { channel, shell: new GuestShell(channel, guest) };
  };
  try {
    let connected = await connect();
    await connected.shell.turnOnSwap(options.swap);
    if (hasOwnSockets) await connected.shell.exec(START_SECOND_AGENT);
    return {
      ...{ name, consoleLog, runFolder: guest.runFolder, qmpSocket, agentSocket },
      exec: (command, deadlineMs) => connected.shell.exec(command, deadlineMs),
      counter: (file, counter) => connected.shell.counter(file, counter),
      reconnect: async () => {
        connected.channel.close();
        connected = await connect();
      },
      stop: async () => {
        await virsh("destroy", name);
        connected.channel.close();
        await removeDisks(guest);
      },
    };
  } catch (cause) {
    await virsh("destroy", name).catch(() => undefined); // it may be gone already
    throw new Error(`guest ${name} did not come up\n${await describeGuest(guest)}`, { cause });
  }
}
