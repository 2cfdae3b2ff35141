import { setTimeout as sleep } from "node:timers/promises";
import { PATIENCE_MS, waitUntil } from "../../rig/wait.ts";
import type { KernelChoice } from "../images.ts";
import { type QemuGuest, startQemuGuest } from "../rig.ts";
import { type DaemonEvidence, GuestDaemon, INTERVAL_S, selfballoon } from "./daemon.ts";
import { SleepingLoad, type Waking } from "./load.ts";
import { type Leftovers, SETTINGS, type Setting, type SwapKind } from "./setting.ts";
import { GUEST_FILES } from "./tools.ts";

const LOAD_MIB = 200;
const PAGES_PER_KIB = 1 / 4;

/** Memory is short for three steps. */
const PRESSURE_MS = 3 * INTERVAL_S * 1000;

/** Steps at the driver's own fraction, before the rest is hurried. */
const RULE_STEPS = 5;

/** What was seen in one guest. */
export interface SwapEvidence {
  readonly kernel: string;
  readonly kind: SwapKind;
  readonly swappedPages: number;
  /** The most that may come back beyond what was asked for. */
  readonly largestPart: number;
  readonly withoutLoop: Waking;
  readonly withLoop: Waking;
  /** Until it was killed in the middle of its work. */
  readonly first: DaemonEvidence;
  /** From then on. */
  readonly second: DaemonEvidence;
  readonly leftovers: Leftovers;
  /** When memory became short and when it no longer was, in ms since 1970. */
  readonly pressure: { readonly fromMs: number; readonly toMs: number };
  /** Stored when nothing more could be brought back. */
  readonly finalPages: number;
  /** What processes still had in swap then, and what of swap in use was not stored but on the disk behind zswap. */
  readonly finalProcessKib: number;
  readonly finalDiskKib: number;
  readonly oomKills: number;
  readonly doctor: string;
}

/** A guest with a load that sleeps, and the daemon beside it: calm, killed, in need, calm again until nothing is left. */
export async function playSwap(kernel: KernelChoice, kind: SwapKind): Promise<SwapEvidence> {
  const setting = SETTINGS[kind];
  const guest = await startQemuGuest({
    name: `swap-${kernel}-${kind}`,
    memoryMib: 512,
    kernel,
    agent: false,
    withNode: true,
    guestFiles: GUEST_FILES,
    ...setting.bootSwap,
    deadlineMs: PATIENCE_MS,
  });
  try {
    await setting.setUp(guest);
    return { kind, ...(await play(guest, setting)) };
  } catch (cause) {
    const { stdout } = await guest.exec("tail -n 12 /tmp/*.log; tail -n 2 /tmp/*.steps; cat /proc/swaps");
    throw new Error(`the scenario of ${kind} on ${kernel} did not play\n${stdout}`, { cause });
  } finally {
    await guest.stop();
  }
}

async function play(guest: QemuGuest, setting: Setting): Promise<Omit<SwapEvidence, "kind">> {
  const withoutLoop = await (await SleepingLoad.start(guest, LOAD_MIB)).wake();
  const load = await SleepingLoad.start(guest, LOAD_MIB);
  const swappedPages = await setting.stored(guest);
  const largestPart = await setting.largestPart(guest);
  const whole = await setting.look(guest);

  const first = new GuestDaemon(guest, "first", setting.capabilities);
  await waitUntil("the rule", async () => (await first.shrinks()).length >= RULE_STEPS, PATIENCE_MS, 1000);
  await setting.killDaemon(guest);
  await first.ended;
  const afterKill = await setting.look(guest);
  await selfballoon(guest, "release");
  const afterRelease = await setting.look(guest);
  await setting.leaveOver(guest);

  const second = new GuestDaemon(guest, "second", setting.capabilities);
  await waitUntil("the daemon's first step", async () => (await second.steps()).length > 0, PATIENCE_MS, 1000);
  const afterRestart = await setting.look(guest);
  await waitUntil("the loop to go on", async () => (await second.shrinks()).length > 0, PATIENCE_MS, 1000);
  const pressure = await press(guest);

  await selfballoon(guest, "set frontswap_hysteresis=1");
  await waitUntil("nothing to be left", () => isDone(guest, setting, second), PATIENCE_MS, 1000);
  const finalPages = await setting.stored(guest);
  const finalDiskKib = (await usedKib(guest)) - finalPages / PAGES_PER_KIB;
  const vmSwap = await guest.exec("cat /proc/[0-9]*/status | awk '/^VmSwap/ { sum += $2 } END { print sum + 0 }'");
  const withLoop = await load.wake();
  const doctor = await selfballoon(guest, "doctor");
  await guest.exec("kill $(pidof node)");
  await second.ended;
  return {
    kernel: (await guest.exec("uname -r")).stdout.trim(),
    swappedPages,
    largestPart,
    withoutLoop,
    withLoop,
    first: await first.evidence(),
    second: await second.evidence(),
    leftovers: { whole, afterKill, afterRelease, afterRestart },
    pressure,
    finalPages,
    finalProcessKib: Number(vmSwap.stdout),
    finalDiskKib,
    oomKills: await guest.counter("/proc/vmstat", "oom_kill"),
    doctor,
  };
}

/** Another load takes more than is available, for a while. */
async function press(guest: QemuGuest): Promise<SwapEvidence["pressure"]> {
  const hog = guest.exec(`hog 330 --hold-ms ${PRESSURE_MS + 4000}`, PATIENCE_MS);
  const isShort = async (): Promise<boolean> => (await guest.counter("/proc/meminfo", "MemAvailable")) < 64 * 1024;
  await waitUntil("memory to be short", isShort, PATIENCE_MS, 50);
  const fromMs = await guestMs(guest);
  await sleep(PRESSURE_MS);
  const toMs = await guestMs(guest);
  await hog;
  return { fromMs, toMs };
}

async function isDone(guest: QemuGuest, setting: Setting, daemon: GuestDaemon): Promise<boolean> {
  const end = (await daemon.shrinks()).at(-1)?.end;
  return (await setting.stored(guest)) === 0 || end === "unreachable" || end === "no_effect";
}

async function usedKib(guest: QemuGuest): Promise<number> {
  const counter = (name: string): Promise<number> => guest.counter("/proc/meminfo", name);
  return (await counter("SwapTotal")) - (await counter("SwapFree"));
}

async function guestMs(guest: QemuGuest): Promise<number> {
  return Number((await guest.exec("date +%s")).stdout) * 1000;
}
