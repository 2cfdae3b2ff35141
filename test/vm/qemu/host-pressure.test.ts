import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { gate, vmGate } from "../rig/requirements.ts";
import { waitUntil } from "../rig/wait.ts";
import type { HostDaemon } from "./host/daemon.ts";
import { HostSwap, missingForSwap } from "./host/host-swap.ts";
import { missingForGroups } from "./host/memory-group.ts";
import type { OtherProcess } from "./host/other-process.ts";
import { sum } from "./host/samples.ts";
import { DEADLINE_MS, GUEST_MIB, OTHER_MIB, ShortHost } from "./host/short-host.ts";

const CALM_MS = 20_000;
const SWAP_MIB = 1024;
const LOOK_MS = 100;
/** How fast another process takes memory: so that emulated guests on a busy machine can follow. */
const MIB_PER_S = 16;
/** So little may be swapped by chance: the kernel takes some with the cache that it drops, where guests follow slowly. */
const CHANCE_MIB = 4;

const isSkipped = vmGate().skip || gate("cgroup", missingForGroups()).skip;
const isWithoutSwap = isSkipped || gate("swapon", await missingForSwap()).skip;

describe.skipIf(isSkipped)("three guests of a host whose memory another process takes", () => {
  let host: ShortHost;
  let daemon: HostDaemon;

  beforeAll(async () => {
    host = await ShortHost.start();
    await host.touch();
  });

  afterAll(async () => {
    await host.end();
  });

  it("leave it to be killed where no daemon runs", async () => {
    const taking = await host.startOther(MIB_PER_S);
    taking.take();
    await waitUntil("the other process to have ended", () => taking.hasEnded || taking.hasAll, DEADLINE_MS);
    expect({ killed: taking.hasEnded, hasAll: taking.hasAll, kills: host.group.oomKills() }).toEqual({
      ...{ killed: true, hasAll: false, kills: 1 },
    });
    expect(host.guests.map((guest) => guest.isRunning())).toEqual([true, true, true]);
  });

  it("keep all they have, and their caches, while the host has plenty", async () => {
    const before = await host.counters("/proc/meminfo", "Cached");
    daemon = await host.startDaemon();
    await daemon.record();
    await sleep(CALM_MS);
    expect(await host.hasMib()).toEqual([GUEST_MIB, GUEST_MIB, GUEST_MIB]);
    const after = await host.counters("/proc/meminfo", "Cached");
    for (const [nth, kib] of after.entries()) expect(kib).toBeGreaterThanOrEqual((before[nth] ?? 0) * 0.95);
  });

  it("give it what it takes, and nothing is killed on the host or in a guest", async () => {
    const killsBefore = host.group.oomKills();
    const taking = await host.startOther(MIB_PER_S);
    const beganMs = Date.now();
    taking.take();
    await waitUntil("the other process to have it all", () => taking.hasAll || taking.hasEnded, DEADLINE_MS);
    const tookMs = Date.now() - beganMs;
    expect(taking.hasAll).toBe(true);
    const step = daemon.steps.find(({ atMs, applied }) => atMs >= beganMs && applied);
    console.log(
      `another process took ${OTHER_MIB} MiB in ${(tookMs / 1000).toFixed(1)} s; the first guest was asked after ` +
        `${(((step?.atMs ?? Number.NaN) - beganMs) / 1000).toFixed(1)} s; guests have ${(await host.hasMib()).join(", ")} MiB, ` +
        `the host's processes ${host.group.usedMib().toFixed(0)} MiB`,
    );
    await sleep(CALM_MS / 2);
    expect(host.group.oomKills()).toBe(killsBefore);
    expect(taking.hasEnded).toBe(false);
    expect(sum(await host.hasMib())).toBeLessThan(host.guests.length * GUEST_MIB - 150);
    expect(await host.counters("/proc/vmstat", "oom_kill")).toEqual([0, 0, 0]);
    expect(await host.counters("/proc/vmstat", "pswpout")).toEqual([0, 0, 0]);
  });

  it("decided nothing that a replay of its recording would decide otherwise", async () => {
    expect(await daemon.end()).toBe(0);
    const checked = Number(/^(\d+) decisions checked/.exec(await daemon.checkRecording())?.[1]);
    expect(checked).toBeGreaterThan(20);
  });

  describe.skipIf(isWithoutSwap)("and that may swap", () => {
    let swap: HostSwap;

    beforeEach(async () => {
      await host.clear();
      const haveAll = async (): Promise<boolean> => sum(await host.hasMib()) === host.guests.length * GUEST_MIB;
      await waitUntil("the guests to have all memory", haveAll, DEADLINE_MS);
      await host.touch();
      swap = await HostSwap.on(SWAP_MIB);
      host.group.maySwap(true);
    });

    afterEach(async () => {
      await host.clear();
      host.group.maySwap(false);
      await swap.off();
    });

    /** Let it take its memory. @returns the most of the host that was swapped meanwhile and for a while after, in MiB. */
    const mostSwapped = async (taking: OtherProcess): Promise<number> => {
      expect(host.group.swappedMib()).toBe(0);
      let mostMib = 0;
      const timer = setInterval(() => {
        mostMib = Math.max(mostMib, host.group.swappedMib());
      }, LOOK_MS);
      const beganMs = performance.now();
      try {
        taking.take();
        await waitUntil("the other process to have it all", () => taking.hasAll || taking.hasEnded, DEADLINE_MS);
        const tookS = (performance.now() - beganMs) / 1000;
        await sleep(CALM_MS / 2);
        console.log(
          `another process took ${OTHER_MIB} MiB in ${tookS.toFixed(1)} s; of the host at most ${mostMib.toFixed(1)} MiB ` +
            `were swapped; guests have ${(await host.hasMib()).map(Math.round).join(", ")} MiB`,
        );
      } finally {
        clearInterval(timer);
      }
      return mostMib;
    };

    it("are swapped out for it where no daemon runs", async () => {
      const taking = await host.startOther(MIB_PER_S);
      expect(await mostSwapped(taking)).toBeGreaterThan(100);
      expect([taking.hasAll, taking.hasEnded]).toEqual([true, false]);
    });

    it("give it what it takes: at most a few MiB of the host are swapped, and nothing is killed", async () => {
      const killsBefore = host.group.oomKills();
      await host.startDaemon();
      const taking = await host.startOther(MIB_PER_S);
      expect(await mostSwapped(taking)).toBeLessThan(CHANCE_MIB);
      expect([taking.hasAll, taking.hasEnded, host.group.oomKills()]).toEqual([true, false, killsBefore]);
      expect(sum(await host.hasMib())).toBeLessThan(host.guests.length * GUEST_MIB - 150);
      expect(await host.counters("/proc/vmstat", "oom_kill")).toEqual([0, 0, 0]);
      expect(await host.counters("/proc/vmstat", "pswpout")).toEqual([0, 0, 0]);
    });
  });
});
