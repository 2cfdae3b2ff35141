import { setTimeout as sleep } from "node:timers/promises";
import { HostDaemon } from "../test/vm/qemu/host/daemon.ts";
import { type Libvirt, startLibvirt } from "../test/vm/qemu/libvirt.ts";
import type { LibvirtGuest } from "../test/vm/qemu/libvirt-guest.ts";
import { libvirtGate, vmGate } from "../test/vm/rig/requirements.ts";
import { waitUntil } from "../test/vm/rig/wait.ts";
import type { DemandReport, Way } from "./measurements/demand.ts";

// A process of its own: four real guests under a real libvirtd, managed by turns through QEMU's own sockets and through
// libvirt. Prints how long it took from each load until more memory was asked for; the rounds are the first argument.
const NAMES = ["demand-a", "demand-b", "demand-c", "demand-d"] as const;
const GUEST_MIB = 512;
/** What each has when its load begins: what an idle one needs. */
const SMALL_MIB = 165;
const LOAD = "hog 160 --pattern --hold-ms 1000";
/** A target that is less above what the guest has is no answer to a load. */
const RAISE_MIB = 8;
const PAGES_A_MIB = 256;
const KIB_A_MIB = 1024;
/** After a load, before the next. */
const CALM_MS = 2000;
const DEADLINE_MS = 300_000;

const lacking = [vmGate(), libvirtGate()].find(({ skip }) => skip);
const report: DemandReport =
  lacking === undefined
    ? { kind: "played", tookMs: await play(Number(process.argv[2])) }
    : { kind: "skipped", reason: lacking.reason };
process.stdout.write(`${JSON.stringify(report)}\n`);

async function play(rounds: number): Promise<Record<Way, readonly number[]>> {
  const libvirt = await startLibvirt();
  const tookMs: Record<Way, number[]> = { qemu: [], libvirt: [] };
  try {
    const swap = { kind: "zram", mib: 256 } as const;
    const options = {
      memoryMib: GUEST_MIB,
      kernel: "6.1",
      swap,
      hasOwnSockets: true,
      deadlineMs: DEADLINE_MS,
    } as const;
    const guests = await Promise.all(NAMES.map((name) => libvirt.startGuest({ name, ...options })));
    for (let round = 0; round < rounds; round += 1) {
      const ways: readonly Way[] = round % 2 === 0 ? ["qemu", "libvirt"] : ["libvirt", "qemu"];
      for (const way of ways) tookMs[way].push(...(await playRound(way, libvirt, guests)));
    }
    return tookMs;
  } finally {
    await libvirt.stop();
  }
}

/** A load in one guest after the other, under a daemon of its own. */
async function playRound(way: Way, libvirt: Libvirt, guests: readonly LibvirtGuest[]): Promise<readonly number[]> {
  await Promise.all(NAMES.map((name) => shrink(libvirt, name)));
  const daemon = await HostDaemon.start(configFor(way, libvirt, guests));
  try {
    const tookMs: number[] = [];
    for (const guest of guests) {
      await waitUntil("a step", () => daemon.lastStep(guest.name) !== undefined, DEADLINE_MS);
      await sleep(CALM_MS);
      tookMs.push(await reactionMs(daemon, guest));
    }
    return tookMs;
  } finally {
    await daemon.dispose(); // at once: what it took stays taken
  }
}

/** From the moment when the guest's load begins until the balloon has a target that gives it more. */
async function reactionMs(daemon: HostDaemon, guest: LibvirtGuest): Promise<number> {
  const beganMs = Date.now();
  const load = guest.exec(LOAD, DEADLINE_MS);
  const askedMs = (): number | undefined =>
    daemon.steps.find(
      ({ atMs, applied, decision: { guest: name, balloonTargetPages }, observation: { balloonCurrentPages } }) =>
        name === guest.name &&
        atMs > beganMs &&
        applied &&
        Number(balloonTargetPages) > Number(balloonCurrentPages) + RAISE_MIB * PAGES_A_MIB,
    )?.atMs;
  await waitUntil(`more to be asked for ${guest.name}`, () => askedMs() !== undefined, DEADLINE_MS);
  await load;
  return Number(askedMs()) - beganMs;
}

async function shrink(libvirt: Libvirt, name: string): Promise<void> {
  await libvirt.virsh("setmem", name, `${SMALL_MIB}M`, "--live");
  const isSmall = async (): Promise<boolean> =>
    (await libvirt.virsh("domstats", "--balloon", name)).includes(`balloon.current=${SMALL_MIB * KIB_A_MIB}\n`);
  await waitUntil(`${name} to be small`, isSmall, DEADLINE_MS);
}

function configFor(way: Way, { uri }: Libvirt, guests: readonly LibvirtGuest[]): string {
  const sockets = JSON.stringify(guests.map(({ qmpSocket }) => qmpSocket));
  const backends: Record<Way, readonly string[]> = {
    qemu: ['kind = "qemu"', `qmp = ${sockets}`, 'agent = "{dir}/agent.sock"'],
    libvirt: ['kind = "libvirt"', `libvirt_uri = ${JSON.stringify(uri)}`],
  };
  return [
    "[backend]",
    ...backends[way],
    "[host]",
    `memory_mb = ${NAMES.length * GUEST_MIB}`,
    '[guests."demand-*"]',
  ].join("\n");
}
