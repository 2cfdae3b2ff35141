import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { StepRecord } from "../../../src/core/journal-record.ts";
import { libvirtGate, vmGate } from "../rig/requirements.ts";
import { waitUntil } from "../rig/wait.ts";
import { HostDaemon } from "./host/daemon.ts";
import { type Libvirt, startLibvirt } from "./libvirt.ts";
import { LIBVIRTD, libvirtDaemons } from "./libvirt-daemons.ts";
import type { LibvirtGuest } from "./libvirt-guest.ts";

const BORN = "life-1";
const RENAMED = "life-2";
const GUEST_MIB = 512;
const DIMM_MIB = 128;
/** An idle guest comes below this. */
const SMALL_MIB = 450;
/** What another tool sets. */
const LARGE_MIB = 500;
const LOAD_MIB = 200;
const PAGES_A_MIB = 256;
const KIB_A_MIB = 1024;
/** Longer than any patience that ends with memory given back. */
const AWAY_MS = 60_000;
const BOOT_DEADLINE_MS = 300_000;
const DEADLINE_MS = 300_000;
const DIMM_XML = `<memory model='dimm'><target><size unit='MiB'>${DIMM_MIB}</size><node>0</node></target></memory>`;
/** The guest's kernel uses memory that was plugged when it is told to; fails while there is none yet. */
const ONLINE =
  "states=$(grep -l offline /sys/devices/system/memory/memory*/state) && for state in $states; do echo online >$state; done";

const skip = vmGate().skip || libvirtGate().skip;

describe.skipIf(skip).each(skip ? [LIBVIRTD] : await libvirtDaemons())("the life of a guest under $title", (kind) => {
  let libvirt: Libvirt;
  let guest: LibvirtGuest;
  let daemon: HostDaemon;
  /** What the domain is called now. */
  let name = BORN;
  /** How to end what was started. */
  const running: (() => Promise<void>)[] = [];

  const currentMib = async (): Promise<number> =>
    Number(/balloon\.current=(\d+)/.exec(await libvirt.virsh("domstats", "--balloon", name))?.[1]) / KIB_A_MIB;
  const toBeBelow = (mib: number): Promise<void> =>
    waitUntil(`it to be below ${mib} MiB`, async () => (await currentMib()) < mib, DEADLINE_MS);
  /** Another tool sets what it has; it is brought down again. */
  const isMoved = async (): Promise<void> => {
    await libvirt.virsh("setmem", name, `${LARGE_MIB}M`, "--live");
    await waitUntil("it to be large", async () => (await currentMib()) > SMALL_MIB, DEADLINE_MS);
    await toBeBelow(SMALL_MIB);
  };
  const kills = (): Promise<number> => guest.counter("/proc/vmstat", "oom_kill");
  /** The first step that is taken from now on, of which `isIt` is so. */
  const step = async (isIt: (step: StepRecord) => boolean = () => true): Promise<StepRecord> => {
    const before = daemon.steps.length;
    const found = (): StepRecord | undefined =>
      daemon.steps.slice(before).find((one) => one.decision.guest === name && isIt(one));
    await waitUntil("a step", () => found() !== undefined, BOOT_DEADLINE_MS);
    return found() as StepRecord; // there is one
  };

  beforeAll(async () => {
    libvirt = await startLibvirt(kind);
    running.push(() => libvirt.stop());
    guest = await libvirt.startGuest({
      name: BORN,
      memoryMib: GUEST_MIB,
      pluggableMib: DIMM_MIB,
      kernel: "6.1",
      survivesReset: true,
      deadlineMs: BOOT_DEADLINE_MS,
    });
    daemon = await HostDaemon.start(configFor(libvirt));
    running.push(() => daemon.dispose());
    await toBeBelow(SMALL_MIB);
  });

  afterAll(async () => {
    for (const end of running.reverse()) await end();
  });

  it.each([
    ["its guest reboots", async () => void guest.exec("reboot -f")],
    ["its machine is reset", () => libvirt.virsh("reset", name)],
  ])("is given all its memory for the boot when %s, and brought down again", async (_, restart) => {
    expect(await kills()).toBe(0);
    daemon.log = "";
    await restart();
    await daemon.says("the guest restarts, so it was given all its memory for the boot", DEADLINE_MS);
    const { observation } = await step();
    expect(observation.balloonCurrentPages).toBe(observation.balloonMaxPages);
    await guest.exec("true", BOOT_DEADLINE_MS);
    await toBeBelow(SMALL_MIB);
  });

  it("is moved again when another tool has set its memory", async () => {
    await isMoved();
  });

  it("has a DIMM that is plugged counted", async () => {
    const file = join(libvirt.runFolder, "dimm.xml");
    await writeFile(file, DIMM_XML);
    await libvirt.virsh("attach-device", name, file, "--live");
    await waitUntil("it to use it", async () => (await guest.exec(ONLINE)).exitCode === 0, DEADLINE_MS);
    await step(({ observation }) => observation.balloonMaxPages === (GUEST_MIB + DIMM_MIB) * PAGES_A_MIB);
    await toBeBelow(SMALL_MIB);
  });

  it("goes on with what it had when it was saved and is restored", async () => {
    const file = join(libvirt.runFolder, "saved");
    await libvirt.virsh("save", name, file);
    await libvirt.virsh("restore", file);
    await guest.reconnect();
    const { observation } = await step();
    expect(Number(observation.balloonCurrentPages) / PAGES_A_MIB).toBeLessThan(SMALL_MIB);
  });

  it("is held while libvirt's daemon is away for a minute, and moved again as soon as it is back", async () => {
    daemon.log = "";
    await libvirt.whileAway(async () => {
      await daemon.says("libvirt at", DEADLINE_MS);
      await sleep(AWAY_MS);
    });
    await step();
    await isMoved();
  });

  it("is served a load that needs more than it has, without an OOM kill", async () => {
    const load = await guest.exec(`hog ${LOAD_MIB} --pattern --pace-mib-per-s 40 --hold-ms 1000`, DEADLINE_MS);
    expect(load).toMatchObject({ exitCode: 0, stdout: expect.stringContaining(" 0 corrupt pages") });
    expect(await kills()).toBe(0);
  });

  it("is held when its agent is killed, then given memory back, then goes on", async () => {
    await toBeBelow(SMALL_MIB);
    await step(({ observation }) => observation.psiSomeTotalUs !== null); // only the agent knows it
    daemon.log = "";
    await guest.exec("killall qemu-ga");
    await daemon.says("the guest agent no longer answers", DEADLINE_MS);
    const heldMib = await currentMib();
    await daemon.says("so it was given", DEADLINE_MS);
    await waitUntil("its memory to be back", async () => (await currentMib()) > heldMib + 50, DEADLINE_MS);
    await guest.exec("start-agent");
    await daemon.says("the guest agent answers again", DEADLINE_MS);
    await toBeBelow(SMALL_MIB);
  });

  it("is known by its new name when it was renamed, and is managed when it is defined no more", async () => {
    await libvirt.virsh("destroy", name);
    await libvirt.virsh("domrename", name, RENAMED);
    await libvirt.virsh("start", RENAMED);
    name = RENAMED;
    await guest.reconnect();
    await toBeBelow(SMALL_MIB);
    await libvirt.virsh("undefine", name);
    await step();
  });

  it("has all its memory when the daemon was told to end, and was never meant to have more", async () => {
    expect(await kills()).toBe(0);
    expect(await daemon.end()).toBe(0);
    await waitUntil("it to be full", async () => (await currentMib()) === GUEST_MIB, DEADLINE_MS);
    const excess = daemon.steps.map(
      ({ decision, observation }) =>
        Number(decision.balloonTargetPages) - Number(observation.balloonMaxPages ?? Number.POSITIVE_INFINITY),
    );
    expect(Math.max(...excess)).toBeLessThanOrEqual(0);
  });
});

function configFor({ uri }: Libvirt): string {
  return [
    "[tunables]",
    "selfballoon_interval = 2",
    "[backend]",
    'kind = "libvirt"',
    `libvirt_uri = ${JSON.stringify(uri)}`,
    '[guests."life-*"]',
  ].join("\n");
}
