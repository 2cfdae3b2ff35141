import { hasSystemCode } from "../../../../src/core/errors.ts";
import { waitUntil } from "../../rig/wait.ts";
import { type QemuGuest, startQemuGuest } from "../rig.ts";
import { HostDaemon } from "./daemon.ts";
import { MemoryGroup } from "./memory-group.ts";
import { OtherProcess } from "./other-process.ts";

const NAMES: readonly string[] = ["pressure-a", "pressure-b", "pressure-c"];
export const GUEST_MIB = 512;
/** Touched and freed again in each guest: the guest has it free, and its process holds it. */
const TOUCHED_MIB = 300;
/** What is left of the host for another process before it needs memory of its guests. */
const ROOM_MIB = 400;
export const OTHER_MIB = 700;
const BOOT_DEADLINE_MS = 300_000;
export const DEADLINE_MS = 300_000;

/** Three guests in a cgroup that has room for a part of what another process in it wants. */
export class ShortHost {
  readonly guests: readonly QemuGuest[];
  readonly group: MemoryGroup;
  private daemon: HostDaemon | null = null;
  private other: OtherProcess | null = null;

  private constructor(guests: readonly QemuGuest[], group: MemoryGroup) {
    this.guests = guests;
    this.group = group;
  }

  static async start(): Promise<ShortHost> {
    const options = { memoryMib: GUEST_MIB, kernel: "6.1", deadlineMs: BOOT_DEADLINE_MS } as const;
    const swap = { kind: "zram", mib: 256 } as const;
    const guests = await Promise.all(NAMES.map((name) => startQemuGuest({ name, ...options, swap })));
    const group = new MemoryGroup(`selfballoon-test-${process.pid}`, NAMES.length * TOUCHED_MIB + ROOM_MIB);
    for (const guest of guests) group.add(guest.pid);
    return new ShortHost(guests, group);
  }

  /** Let the guests' processes hold what the guests have free. */
  async touch(): Promise<void> {
    for (const guest of this.guests) await guest.exec(`hog ${TOUCHED_MIB}`, DEADLINE_MS);
  }

  /** What each guest has by QEMU's own word. */
  async hasMib(): Promise<number[]> {
    return Promise.all(this.guests.map((guest) => guest.actualMib()));
  }

  async counters(file: string, name: string): Promise<number[]> {
    return Promise.all(this.guests.map((guest) => guest.counter(file, name)));
  }

  /** A process that is about to take the host's memory, and the first to be killed for it. */
  async startOther(mibPerS: number): Promise<OtherProcess> {
    this.other = await OtherProcess.start(OTHER_MIB, mibPerS);
    this.group.add(this.other.pid);
    return this.other;
  }

  /** The daemon, once it has stepped each guest some times. */
  async startDaemon(): Promise<HostDaemon> {
    const daemon = await HostDaemon.start(configFor(this.guests));
    this.daemon = daemon;
    this.group.add(daemon.pid);
    await waitUntil("the daemon to step", () => daemon.steps.length >= 3 * NAMES.length, DEADLINE_MS);
    return daemon;
  }

  /** Only the guests are left. */
  async clear(): Promise<void> {
    await this.other?.end();
    await this.daemon?.dispose();
  }

  async end(): Promise<void> {
    await this.clear();
    await Promise.all(this.guests.map((guest) => guest.stop()));
    await waitUntil("the cgroup to be empty", () => isRemoved(this.group), DEADLINE_MS);
  }
}

function isRemoved(group: MemoryGroup): boolean {
  try {
    group.remove();
    return true;
  } catch (thrown) {
    if (hasSystemCode(thrown, "EBUSY")) return false; // processes that were killed are not gone at once
    throw thrown;
  }
}

function configFor(guests: readonly QemuGuest[]): string {
  return [
    "[tunables]",
    "selfballoon_interval = 1",
    "[backend]",
    'kind = "qemu"',
    `qmp = ${JSON.stringify(guests.map(({ qmpSocket }) => qmpSocket))}`,
    "[host]",
    "memory_mb = 4096",
    'take = "as_needed"',
    '[guests."pressure-*"]',
  ].join("\n");
}
