import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { gate, vmGate } from "../rig/requirements.ts";
import { waitUntil } from "../rig/wait.ts";
import { HostDaemon } from "./host/daemon.ts";
import { MemoryGroup, missingForGroups } from "./host/memory-group.ts";
import { OtherProcess } from "./host/other-process.ts";
import { sum } from "./host/samples.ts";
import { type QemuGuest, startQemuGuest } from "./rig.ts";

const NAMES: readonly string[] = ["pressure-a", "pressure-b", "pressure-c"];
const GUEST_MIB = 512;
/** Touched and freed again in each guest: the guest has it free, and its process holds it. */
const TOUCHED_MIB = 300;
/** What is left of the host for another process before it needs memory of its guests. */
const ROOM_MIB = 400;
const OTHER_MIB = 700;
const OTHER_MIB_PER_S = 100;
const CALM_MS = 20_000;
const BOOT_DEADLINE_MS = 300_000;
const DEADLINE_MS = 120_000;

const isSkipped = vmGate().skip || gate("cgroup", missingForGroups()).skip;

describe.skipIf(isSkipped)("three guests of a host whose memory another process takes", () => {
  let guests: QemuGuest[] = [];
  let group: MemoryGroup;
  let daemon: HostDaemon | null = null;
  let other: OtherProcess | null = null;

  const hasMib = async (): Promise<number[]> => Promise.all(guests.map((guest) => guest.actualMib()));
  const cachedKib = async (): Promise<number[]> =>
    Promise.all(guests.map((guest) => guest.counter("/proc/meminfo", "Cached")));
  const startOther = async (): Promise<OtherProcess> => {
    other = await OtherProcess.start(OTHER_MIB, OTHER_MIB_PER_S);
    group.add(other.pid);
    return other;
  };

  beforeAll(async () => {
    const options = { memoryMib: GUEST_MIB, kernel: "6.1", deadlineMs: BOOT_DEADLINE_MS } as const;
    const swap = { kind: "zram", mib: 256 } as const;
    guests = await Promise.all(NAMES.map((name) => startQemuGuest({ name, ...options, swap })));
    group = new MemoryGroup(`selfballoon-test-${process.pid}`, NAMES.length * TOUCHED_MIB + ROOM_MIB);
    for (const guest of guests) group.add(guest.pid);
    for (const guest of guests) await guest.exec(`hog ${TOUCHED_MIB}`, DEADLINE_MS);
  });

  afterAll(async () => {
    await other?.end();
    await daemon?.dispose();
    await Promise.all(guests.map((guest) => guest.stop()));
    await waitUntil("the cgroup to be empty", () => isRemoved(group), DEADLINE_MS);
  });

  it("leave it to be killed where no daemon runs", async () => {
    const taking = await startOther();
    taking.take();
    await waitUntil("the other process to have ended", () => taking.hasEnded || taking.hasAll, DEADLINE_MS);
    expect({ killed: taking.hasEnded, hasAll: taking.hasAll, kills: group.oomKills() }).toEqual({
      ...{ killed: true, hasAll: false, kills: 1 },
    });
    expect(guests.map((guest) => guest.isRunning())).toEqual([true, true, true]);
  });

  it("keep all they have, and their caches, while the host has plenty", async () => {
    const before = await cachedKib();
    daemon = await HostDaemon.start(configFor(guests));
    group.add(daemon.pid);
    const isRunning = (): boolean => (daemon?.steps.length ?? 0) >= 3 * NAMES.length;
    await waitUntil("the daemon to step", isRunning, DEADLINE_MS);
    await daemon.record();
    await sleep(CALM_MS);
    expect(await hasMib()).toEqual([GUEST_MIB, GUEST_MIB, GUEST_MIB]);
    const after = await cachedKib();
    for (const [nth, kib] of after.entries()) expect(kib).toBeGreaterThanOrEqual((before[nth] ?? 0) * 0.95);
  });

  it("give it what it takes within seconds, and nothing is killed on the host or in a guest", async () => {
    const killsBefore = group.oomKills();
    const taking = await startOther();
    const beganMs = Date.now();
    taking.take();
    await waitUntil("the other process to have it all", () => taking.hasAll || taking.hasEnded, DEADLINE_MS);
    const tookMs = Date.now() - beganMs;
    expect(taking.hasAll).toBe(true);
    const step = daemon?.steps.find(({ atMs, applied }) => atMs >= beganMs && applied);
    console.log(
      `another process took ${OTHER_MIB} MiB in ${(tookMs / 1000).toFixed(1)} s; the first guest was asked after ` +
        `${(((step?.atMs ?? Number.NaN) - beganMs) / 1000).toFixed(1)} s; guests have ${(await hasMib()).join(", ")} MiB, ` +
        `the host's processes ${group.usedMib().toFixed(0)} MiB`,
    );
    await sleep(CALM_MS / 2);
    expect(group.oomKills()).toBe(killsBefore);
    expect(taking.hasEnded).toBe(false);
    expect(sum(await hasMib())).toBeLessThan(NAMES.length * GUEST_MIB - 150);
    expect(await Promise.all(guests.map((guest) => guest.counter("/proc/vmstat", "oom_kill")))).toEqual([0, 0, 0]);
    expect(await Promise.all(guests.map((guest) => guest.counter("/proc/vmstat", "pswpout")))).toEqual([0, 0, 0]);
  });

  it("decided nothing that a replay of its recording would decide otherwise", async () => {
    expect(await daemon?.end()).toBe(0);
    const checked = Number(/^(\d+) decisions checked/.exec((await daemon?.checkRecording()) ?? "")?.[1]);
    expect(checked).toBeGreaterThan(20);
  });
});

function isRemoved(group: MemoryGroup): boolean {
  try {
    group.remove();
    return true;
  } catch {
    return false; // processes that were killed are not gone at once
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
