import { realpathSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { ShrinkRecord, StepRecord } from "../../../../src/core/control.ts";
import { waitUntil } from "../../rig/wait.ts";
import type { KernelChoice } from "../images.ts";
import { type QemuGuest, startQemuGuest } from "../rig.ts";
import { SETPRIV, SleepingLoad, SWAP_HIGH, type Waking } from "./load.ts";

export type SwapKind = "zram" | "zswap";

const LOAD_MIB = 200;
const INTERVAL_S = 3;
const PAGES_PER_KIB = 1 / 4;
const WAIT_MS = 180_000;

/** Memory is short for three steps. */
const PRESSURE_MS = 3 * INTERVAL_S * 1000;

/** Steps at the driver's own fraction, before the rest is hurried. */
const RULE_STEPS = 6;

/** All that reading other processes' memory takes, and nothing else. */
const CAPABILITIES = "-all,+sys_ptrace,+dac_read_search";

/** What a run of the daemon left behind. */
export interface DaemonEvidence {
  readonly steps: readonly StepRecord[];
  readonly shrinks: readonly ShrinkRecord[];
}

/** What was seen in one guest. */
export interface SwapEvidence {
  readonly kernel: string;
  readonly kind: SwapKind;
  readonly swappedPages: number;
  readonly withoutLoop: Waking;
  readonly withLoop: Waking;
  /** Until it was killed in the middle of its work. */
  readonly first: DaemonEvidence;
  /** From then on. */
  readonly second: DaemonEvidence;
  /** The limit of the load's group, after a daemon that was killed had left it lowered, and once the next one ran. */
  readonly swapHighAfterRestart: string;
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
  const guest = await startQemuGuest({
    name: `swap-${kernel}-${kind}`,
    memoryMib: 512,
    kernel,
    agent: false,
    withNode: true,
    guestFiles: {
      dist: fileURLToPath(new URL("../../../../dist", import.meta.url)),
      setpriv: "/usr/bin/setpriv",
      "libcap-ng.so.0": realpathSync("/usr/lib/x86_64-linux-gnu/libcap-ng.so.0"),
    },
    swap: { kind, mib: 450 },
    deadlineMs: 120_000,
  });
  try {
    return await play(guest, kind);
  } catch (cause) {
    const { stdout } = await guest.exec("tail -n 12 /tmp/*.log; tail -n 2 /tmp/*.steps");
    throw new Error(`the scenario of ${kind} on ${kernel} did not play\n${stdout}`, { cause });
  } finally {
    await guest.stop();
  }
}

async function play(guest: QemuGuest, kind: SwapKind): Promise<SwapEvidence> {
  const stored = (): Promise<number> => readStored(guest, kind);
  const withoutLoop = await (await SleepingLoad.start(guest, LOAD_MIB)).wake();
  const load = await SleepingLoad.start(guest, LOAD_MIB);
  const swappedPages = await stored();

  const killed = startDaemon(guest, "first");
  await waitUntil("the rule", async () => (await shrinks(guest, "first")).length >= RULE_STEPS, WAIT_MS, 1000);
  await guest.exec("kill -9 $(pidof node)");
  await killed;
  // As a daemon leaves it that is killed in the milliseconds in which the limit is lowered.
  await guest.exec(`printf '${SWAP_HIGH}\\nmax\\n' >/run/selfballoon/swap-high; echo 0 >${SWAP_HIGH}`);

  const daemon = startDaemon(guest, "second");
  await waitUntil("the daemon's first step", async () => (await steps(guest, "second")).length > 0, WAIT_MS, 1000);
  const swapHighAfterRestart = (await guest.exec(`cat ${SWAP_HIGH}`)).stdout.trim();
  await waitUntil("the loop to go on", async () => (await shrinks(guest, "second")).length > 0, WAIT_MS, 1000);
  const pressure = await press(guest);

  await guest.exec("node /in/dist/selfballoon.mjs set frontswap_hysteresis=2");
  await waitUntil("nothing to be left", async () => isDone(await stored(), guest), WAIT_MS, 1000);
  const finalPages = await stored();
  const finalDiskKib = (await usedKib(guest)) - finalPages / PAGES_PER_KIB;
  const vmSwap = await guest.exec("cat /proc/[0-9]*/status | awk '/^VmSwap/ { sum += $2 } END { print sum + 0 }'");
  const withLoop = await load.wake();
  const doctor = (await guest.exec("node /in/dist/selfballoon.mjs doctor")).stdout;
  await guest.exec("kill $(pidof node)");
  await daemon;
  return {
    kernel: (await guest.exec("uname -r")).stdout.trim(),
    kind,
    swappedPages,
    withoutLoop,
    withLoop,
    first: { steps: await steps(guest, "first"), shrinks: await shrinks(guest, "first") },
    second: { steps: await steps(guest, "second"), shrinks: await shrinks(guest, "second") },
    swapHighAfterRestart,
    pressure,
    finalPages,
    finalProcessKib: Number(vmSwap.stdout),
    finalDiskKib,
    oomKills: await guest.counter("/proc/vmstat", "oom_kill"),
    doctor,
  };
}

function startDaemon(guest: QemuGuest, run: string): Promise<unknown> {
  const sets = [`selfballoon_interval=${INTERVAL_S}`, "frontswap_cpu_percent=100"].map((set) => `--set ${set}`);
  const daemon = `${SETPRIV} --bounding-set=${CAPABILITIES} node /in/dist/selfballoon.mjs run --json ${sets.join(" ")}`;
  // In a group of its own, as a service manager puts it: the root group has no limits that could be lowered.
  const group = "mkdir -p /sys/fs/cgroup/daemon; echo $$ >/sys/fs/cgroup/daemon/cgroup.procs";
  return guest.exec(`${group}; ${daemon} >/tmp/${run}.steps 2>/tmp/${run}.log`, 400_000);
}

/** Another load takes more than is available, for a while. */
async function press(guest: QemuGuest): Promise<SwapEvidence["pressure"]> {
  const hog = guest.exec(`hog 330 --hold-ms ${PRESSURE_MS + 4000}`, WAIT_MS);
  const isShort = async (): Promise<boolean> => (await guest.counter("/proc/meminfo", "MemAvailable")) < 64 * 1024;
  await waitUntil("memory to be short", isShort, WAIT_MS, 50);
  const fromMs = await guestMs(guest);
  await sleep(PRESSURE_MS);
  const toMs = await guestMs(guest);
  await hog;
  return { fromMs, toMs };
}

async function isDone(storedPages: number, guest: QemuGuest): Promise<boolean> {
  const end = (await shrinks(guest, "second")).at(-1)?.end;
  return storedPages <= 64 || end === "unreachable" || end === "no_effect";
}

async function readStored(guest: QemuGuest, kind: SwapKind): Promise<number> {
  if (kind === "zswap") return (await guest.counter("/proc/meminfo", "Zswapped")) * PAGES_PER_KIB;
  const { stdout } = await guest.exec("cat /sys/block/zram0/mm_stat");
  return Number(stdout.trim().split(/ +/)[0]) / 4096;
}

async function usedKib(guest: QemuGuest): Promise<number> {
  const counter = (name: string): Promise<number> => guest.counter("/proc/meminfo", name);
  return (await counter("SwapTotal")) - (await counter("SwapFree"));
}

async function guestMs(guest: QemuGuest): Promise<number> {
  return Number((await guest.exec("date +%s")).stdout) * 1000;
}

async function steps(guest: QemuGuest, run: string): Promise<readonly StepRecord[]> {
  return (await linesOf(guest, `/tmp/${run}.steps`)) as readonly StepRecord[];
}

/** The daemon logs each run with the names of its record's fields. */
async function shrinks(guest: QemuGuest, run: string): Promise<DaemonEvidence["shrinks"]> {
  const lines = (await linesOf(guest, `/tmp/${run}.log`)) as readonly { readonly time: string }[];
  const isShrink = (line: { readonly time: string }): line is ShrinkRecord & { readonly time: string } => "end" in line;
  return lines.filter(isShrink).map((line) => ({ ...line, atMs: Date.parse(line.time) }));
}

/** The last line may be cut off by a kill. */
async function linesOf(guest: QemuGuest, path: string): Promise<readonly unknown[]> {
  const { stdout } = await guest.exec(`cat ${path} 2>/dev/null`);
  return stdout.split("\n").flatMap((line) => (line.startsWith("{") && line.endsWith("}") ? [JSON.parse(line)] : []));
}
