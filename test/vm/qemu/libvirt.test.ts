import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { libvirtGate, vmGate } from "../rig/requirements.ts";
import { waitUntil } from "../rig/wait.ts";
import { HostDaemon } from "./host/daemon.ts";
import { sum } from "./host/samples.ts";
import { type Libvirt, startLibvirt } from "./libvirt.ts";
import type { LibvirtGuest } from "./libvirt-guest.ts";

const NAMES = ["virt-a", "virt-b"] as const;
const GUEST_MIB = 512;
const BUDGET_MIB = 900;
const RESERVE_MIB = 150;
const SETTLED_MIB = 600;
const LOAD_MIB = 180;
const PACE_MIB_PER_S = 40;
const MIB_KIB = 1024;
const BOOT_DEADLINE_MS = 300_000;
const DEADLINE_MS = 300_000;

describe.skipIf(vmGate().skip || libvirtGate().skip)("two guests on a libvirt host that has less than both", () => {
  let libvirt: Libvirt;
  let guests: LibvirtGuest[] = [];
  let daemon: HostDaemon;
  const sums: number[] = [];
  /** How to end what was started. */
  const running: (() => Promise<void>)[] = [];

  const currentMib = async (name: string): Promise<number> =>
    Number(/balloon\.current=(\d+)/.exec(await libvirt.virsh("domstats", "--balloon", name))?.[1]) / MIB_KIB;
  const allMib = async (): Promise<number> => sum(await Promise.all(NAMES.map(currentMib)));

  beforeAll(async () => {
    libvirt = await startLibvirt();
    running.push(() => libvirt.stop());
    guests = await Promise.all(
      NAMES.map((name) =>
        libvirt.startGuest({
          name,
          memoryMib: GUEST_MIB,
          kernel: "6.1",
          swap: { kind: "zram", mib: 256 },
          deadlineMs: BOOT_DEADLINE_MS,
        }),
      ),
    );
    daemon = await HostDaemon.start(configFor(libvirt));
    running.push(() => daemon.dispose());
  });

  afterAll(async () => {
    for (const end of running.reverse()) await end();
  });

  it("go down while they idle", async () => {
    await waitUntil("both to be small", async () => (await allMib()) < SETTLED_MIB, DEADLINE_MS);
  });

  it("are served one load after the other, within the budget and without an OOM kill", async () => {
    for (const guest of guests) {
      const progress = { isOver: false };
      const load = guest
        .exec(`hog ${LOAD_MIB} --pattern --pace-mib-per-s ${PACE_MIB_PER_S} --hold-ms 5000`, DEADLINE_MS)
        .finally(() => {
          progress.isOver = true;
        });
      while (!progress.isOver) sums.push(await allMib());
      expect(await load).toMatchObject({ exitCode: 0, stdout: expect.stringContaining(" 0 corrupt pages") });
    }
    console.log(
      `two guests of ${GUEST_MIB} MiB under libvirt, budget ${BUDGET_MIB} MiB: most ${Math.max(...sums)} MiB`,
    );
    expect(Math.max(...sums)).toBeLessThanOrEqual(BUDGET_MIB);
    const kills = await Promise.all(guests.map((guest) => guest.counter("/proc/vmstat", "oom_kill")));
    expect(kills).toEqual([0, 0]);
  });

  it("have all their memory when the daemon was told to end", async () => {
    expect(await daemon.end()).toBe(0);
    await waitUntil("both to be full", async () => (await allMib()) === NAMES.length * GUEST_MIB, DEADLINE_MS);
  });
});

function configFor({ uri }: Libvirt): string {
  return [
    "[tunables]",
    "selfballoon_interval = 1",
    "[backend]",
    'kind = "libvirt"',
    `libvirt_uri = ${JSON.stringify(uri)}`,
    "[host]",
    `memory_mb = ${BUDGET_MIB}`,
    `reserve_mb = ${RESERVE_MIB}`,
    '[guests."virt-*"]',
  ].join("\n");
}
