import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { libvirtGate, vmGate } from "../rig/requirements.ts";
import { PATIENCE_MS, waitUntil } from "../rig/wait.ts";
import type { GuestOptions } from "./guest.ts";
import { newestKernelGate } from "./images.ts";
import { JsonClient } from "./json-client.ts";
import { type Libvirt, startLibvirt } from "./libvirt.ts";
import type { LibvirtGuest } from "./libvirt-guest.ts";
import { type QemuGuest, startQemuGuest } from "./rig.ts";

const MIB_KIB = 1024;
const MIB_BYTES = 1024 * 1024;
const START_MIB = 512;
const SHRUNK_MIB = 300;
const TAKEN_KIB = (START_MIB - SHRUNK_MIB) * MIB_KIB;
const BOOT_DEADLINE_MS = 300_000;
const BALLOON_DEADLINE_MS = 300_000;

const gate = vmGate();
const noNewestKernel = gate.skip || (await newestKernelGate()).skip;

function optionsFor(name: string, more: Partial<GuestOptions> = {}): GuestOptions {
  return { name, memoryMib: START_MIB, kernel: "6.1", deadlineMs: BOOT_DEADLINE_MS, ...more };
}

describe.skipIf(gate.skip)("two guests at once on the QEMU rig", () => {
  let plain: QemuGuest;
  let yielding: QemuGuest;

  beforeAll(async () => {
    [plain, yielding] = await Promise.all([
      startQemuGuest(optionsFor("smoke-plain", { freePageReporting: true })),
      startQemuGuest(optionsFor("smoke-yielding", { deflateOnOom: true, agent: false })),
    ]);
  });
  afterAll(async () => {
    await plain.stop();
    await yielding.stop();
  });

  it("run commands side by side and tell how each ended", async () => {
    const [slow, quick] = await Promise.all([plain.exec("sleep 1; echo slow; exit 7"), yielding.exec("uname -r")]);
    expect(slow).toEqual({ exitCode: 7, stdout: "slow\n" });
    expect(quick.stdout).toMatch(/^6\.1\./);
    expect(await plain.exec("kill -9 $$")).toEqual({ exitCode: 137, stdout: "" });
  });

  it("lose the memory that the balloon takes, and get it back", async () => {
    const before = await memTotalKib(plain);
    await setBalloon(plain, SHRUNK_MIB);
    expectNearKib(before - (await memTotalKib(plain)), TAKEN_KIB);
    await setBalloon(plain, START_MIB);
    expectNearKib(await memTotalKib(plain), before);
  });

  it("keep their MemTotal with deflate-on-oom, whatever the balloon takes", async () => {
    const before = await memTotalKib(yielding);
    const freeBefore = await yielding.counter("/proc/meminfo", "MemFree");
    await setBalloon(yielding, SHRUNK_MIB);
    expect(await memTotalKib(yielding)).toBe(before);
    expect(await yielding.counter("/proc/meminfo", "MemFree")).toBeLessThan(freeBefore - TAKEN_KIB / 2);
  });

  it("are read by the stock guest agent if they have one", async () => {
    expect(yielding.agentSocket).toBeNull();
    const memTotal = /^MemTotal:\s+(\d+) kB$/m.exec(await readByAgent(plain, "/proc/meminfo"))?.[1];
    expectNearKib(Number(memTotal), await memTotalKib(plain));
  });

  it("make QEMU resident with what they touch, until free pages are reported", async () => {
    const touchedMib = 200;
    const before = await plain.rssMib();
    const hog = plain.exec(`hog ${touchedMib} --pattern --hold-ms 3000`);
    await waitUntil("QEMU to hold it", async () => (await plain.rssMib()) > before + touchedMib / 2, PATIENCE_MS);
    expect((await hog).stdout).toContain("0 corrupt pages");
    await waitUntil("QEMU to let go", async () => (await plain.rssMib()) < before + touchedMib / 2, PATIENCE_MS);
  });

  it("lose a hog to the OOM killer and live on", async () => {
    const hog = await plain.exec(`echo 1 >/proc/sys/vm/overcommit_memory; hog ${2 * START_MIB}`);
    expect(hog.exitCode).toBe(137);
    expect(await plain.counter("/proc/vmstat", "oom_kill")).toBe(1);
    expect(plain.isRunning()).toBe(true);
  });

  it("are known to have ended when their kernel panics", async () => {
    await expect(yielding.exec("echo c >/proc/sysrq-trigger")).rejects.toThrow("the machine ended");
    await waitUntil("QEMU to end", () => !yielding.isRunning(), PATIENCE_MS);
  });
});

describe.skipIf(noNewestKernel)("a guest with the newest kernel and all that can be asked for", () => {
  let guest: QemuGuest;

  beforeAll(async () => {
    const hello = fileURLToPath(new URL("./smoke/hello.mjs", import.meta.url));
    const options = { kernel: "newest", withNode: true, guestFiles: { "hello.mjs": hello } } as const;
    guest = await startQemuGuest(optionsFor("smoke-newest", { ...options, swap: { kind: "zswap", mib: 256 } }));
  });
  afterAll(() => guest.stop());

  it("runs a newer kernel than that of Debian 12", async () => {
    expect((await guest.exec("uname -r")).stdout).not.toMatch(/^6\.1\./);
  });

  it("has Node, the files it was given, and swap", async () => {
    const { stdout } = await guest.exec("node /in/hello.mjs");
    expect(JSON.parse(stdout)).toEqual({ version: process.version, swap: "/dev/vdb" });
  });

  it("keeps what it swaps out compressed in memory", async () => {
    const hog = guest.exec(`hog ${START_MIB} --hold-ms 2000`);
    await waitUntil("pages in zswap", async () => (await guest.counter("/proc/meminfo", "Zswapped")) > 0, PATIENCE_MS);
    expect((await hog).exitCode).toBe(0);
  });
});

describe.skipIf(gate.skip || libvirtGate().skip)("a guest under libvirt", () => {
  let libvirt: Libvirt;
  let guest: LibvirtGuest;

  beforeAll(async () => {
    libvirt = await startLibvirt();
    guest = await libvirt.startGuest(optionsFor("smoke"));
  });
  afterAll(() => libvirt.stop());

  const currentKib = async () => {
    const statistics = await libvirt.virsh("domstats", "--balloon", "smoke");
    return Number(/balloon\.current=(\d+)/.exec(statistics)?.[1]);
  };

  it("shows its balloon in domstats and shrinks by setmem", async () => {
    const before = await guest.counter("/proc/meminfo", "MemTotal");
    expect(await currentKib()).toBe(START_MIB * MIB_KIB);
    await libvirt.virsh("setmem", "smoke", `${SHRUNK_MIB}M`, "--live");
    await waitUntil("the balloon", async () => (await currentKib()) === SHRUNK_MIB * MIB_KIB, BALLOON_DEADLINE_MS);
    expectNearKib(before - (await guest.counter("/proc/meminfo", "MemTotal")), TAKEN_KIB);
  });

  it("has an agent that answers through libvirt", async () => {
    expect(await libvirt.virsh("qemu-agent-command", "smoke", '{"execute":"guest-ping"}')).toContain('{"return":{}}');
  });
});

function memTotalKib(guest: QemuGuest): Promise<number> {
  return guest.counter("/proc/meminfo", "MemTotal");
}

async function setBalloon(guest: QemuGuest, targetMib: number): Promise<void> {
  await guest.qmp("balloon", { value: targetMib * MIB_BYTES });
  await waitUntil("the balloon", async () => (await guest.actualMib()) === targetMib, BALLOON_DEADLINE_MS);
}

async function readByAgent(guest: QemuGuest, path: string): Promise<string> {
  const agent = await JsonClient.connectAgent(guest.agentSocket ?? "");
  try {
    const handle = await agent.request("guest-file-open", { path });
    const answer = await agent.request("guest-file-read", { handle });
    await agent.request("guest-file-close", { handle });
    const { "buf-b64": content } = answer as { "buf-b64": string };
    return Buffer.from(content, "base64").toString();
  } finally {
    agent.close();
  }
}

/** The kernel allocates a little of its own now and then, which counts. */
function expectNearKib(actual: number, expected: number): void {
  expect(Math.abs(actual - expected)).toBeLessThan(MIB_KIB);
}
