import { setTimeout as sleep } from "node:timers/promises";
import { waitUntil } from "../../rig/wait.ts";
import type { ExecResult } from "../exec-channel.ts";
import { HostDaemon } from "../host/daemon.ts";
import { Sampler, sum } from "../host/samples.ts";
import type { QemuGuest } from "../rig.ts";
import type { HostileGuest, Told } from "./hostile-guest.ts";

const NEIGHBOURS = 2;
export const NEIGHBOUR_MIB = 512;
export const HOSTILE_MIB = 384;
export const BUDGET_MIB = 1050;
const RESERVE_MIB = 100;
/** Idle neighbours are below this together: then it begins. */
const SETTLED_MIB = 480;
const DEADLINE_MS = 120_000;
const PAUSE_MS = 2000;
/** While the hostile guest lies: one after the other has need of its part of the budget. */
const LARGE = { rounds: 3, mib: 200, holdMs: 3000 };
/** While it is reset, and has all of its machine each time. */
const SMALL = { rounds: 2, mib: 60, holdMs: 3000 };
const RESETS = 4;

interface Load {
  readonly guest: number;
  readonly beganMs: number;
  readonly endedMs: number;
  readonly result: ExecResult;
}

/** How two honest neighbours fared, each by its place. */
export interface Fared {
  readonly loads: readonly Load[];
  /** What they had on average while a load ran in them. */
  readonly hadMib: readonly number[];
  /** Decisions on them in a second. */
  readonly stepsPerS: readonly number[];
  /** From a load's beginning to the first raise, in ms; the median. */
  readonly askedMs: number;
  /** Decisions from a load's beginning to the first raise; the most. */
  readonly stepsToRaise: number;
  readonly oomKills: readonly number[];
  /** What all guests had together by QEMU's word, at the most. */
  readonly mostMib: number;
  readonly exitCode: number | null;
  /** What each guest had after the daemon's end. */
  readonly endedMib: readonly number[];
  readonly log: string;
  /** What the hostile guest told; null if there was none. */
  readonly told: readonly Told[] | null;
}

/** Play the loads in the neighbours; beside a hostile guest, or with none. */
export async function play(neighbours: readonly QemuGuest[], hostile: HostileGuest | null): Promise<Fared> {
  const guests = hostile === null ? neighbours : [...neighbours, hostile.guest];
  const sampler = new Sampler(guests);
  const daemon = await HostDaemon.start(configFor(neighbours));
  try {
    const idleMib = (): number => sum(sampler.samples.at(-1)?.actualMib.slice(0, neighbours.length) ?? [Infinity]);
    await waitUntil(`the neighbours to go below ${SETTLED_MIB} MiB`, () => idleMib() < SETTLED_MIB, DEADLINE_MS);
    const beganMs = Date.now();
    const lying = hostile?.lie() ?? null;
    lying?.catch(() => undefined); // awaited below
    const large = await loadInTurn(neighbours, LARGE);
    const told = await lying;
    const resetting = hostile?.resetInALoop(RESETS);
    resetting?.catch(() => undefined);
    const small = await loadInTurn(neighbours, SMALL);
    await resetting;
    const endedMs = Date.now();
    const exitCode = await daemon.end();
    await sampler.stop();
    const during = sampler.samples.filter(({ atMs }) => atMs >= beganMs && atMs <= endedMs);
    const loads = [...large, ...small];
    return {
      loads,
      hadMib: neighbours.map((_, nth) => meanMib(sampler, loads, nth)),
      stepsPerS: neighbours.map(
        ({ name }) => stepsBetween(daemon, name, beganMs, endedMs) / ((endedMs - beganMs) / 1000),
      ),
      ...raises(daemon, neighbours, loads),
      oomKills: await Promise.all(neighbours.map((guest) => guest.counter("/proc/vmstat", "oom_kill"))),
      mostMib: Math.max(...during.map(({ actualMib }) => sum(actualMib))),
      exitCode,
      endedMib: await settledSizes(guests),
      log: daemon.log,
      told,
    };
  } finally {
    await sampler.stop();
    await daemon.dispose();
  }
}

function configFor([neighbour]: readonly QemuGuest[]): string {
  const { qmpSocket = "", name = "" } = neighbour ?? {};
  return [
    "[tunables]",
    "selfballoon_interval = 1",
    "[backend]",
    'kind = "qemu"',
    // A run folder is named after its guest.
    `qmp = ${JSON.stringify([qmpSocket.replace(name, "hostile-*")])}`,
    "[host]",
    `memory_mb = ${BUDGET_MIB}`,
    `reserve_mb = ${RESERVE_MIB}`,
    '[guests."hostile-*"]',
    "weight = 300",
    '[guests."hostile-liar"]',
    "weight = 100",
  ].join("\n");
}

/** The next load begins when the last one is over. */
async function loadInTurn(guests: readonly QemuGuest[], { rounds, mib, holdMs }: typeof LARGE): Promise<Load[]> {
  const loads: Load[] = [];
  for (let round = 0; round < rounds; round += 1) {
    for (const [nth, guest] of guests.entries()) {
      const beganMs = Date.now();
      const result = await guest.exec(`hog ${mib} --pattern --pace-mib-per-s 100 --hold-ms ${holdMs}`, DEADLINE_MS);
      loads.push({ guest: nth, beganMs, endedMs: Date.now(), result });
      await sleep(PAUSE_MS);
    }
  }
  return loads;
}

function meanMib({ samples }: Sampler, loads: readonly Load[], nth: number): number {
  const of = loads.filter(({ guest }) => guest === nth);
  const loaded = samples.filter(({ atMs }) => of.some(({ beganMs, endedMs }) => atMs >= beganMs && atMs <= endedMs));
  return sum(loaded.map(({ actualMib }) => actualMib[nth] ?? 0)) / loaded.length;
}

function stepsBetween(daemon: HostDaemon, name: string, fromMs: number, toMs: number): number {
  return daemon.steps.filter(({ atMs, decision }) => decision.guest === name && atMs >= fromMs && atMs <= toMs).length;
}

function raises(
  daemon: HostDaemon,
  guests: readonly QemuGuest[],
  loads: readonly Load[],
): Pick<Fared, "askedMs" | "stepsToRaise"> {
  const firsts = loads.map(({ guest, beganMs }) => {
    const name = guests[guest]?.name ?? "";
    const raise = daemon.steps.find(
      ({ atMs, applied, decision, observation }) =>
        decision.guest === name &&
        atMs > beganMs &&
        applied &&
        (decision.targetPages ?? 0) > (observation.totalramPages ?? 0),
    );
    const atMs = raise?.atMs ?? Number.POSITIVE_INFINITY;
    return { ms: atMs - beganMs, steps: stepsBetween(daemon, name, beganMs, atMs) };
  });
  const inOrder = firsts.map(({ ms }) => ms).sort((a, b) => a - b);
  return {
    askedMs: inOrder[Math.floor(inOrder.length / 2)] ?? Number.POSITIVE_INFINITY,
    stepsToRaise: Math.max(...firsts.map(({ steps }) => steps)),
  };
}

/** Balloons move on for a while after they were told: what they have once they are full, or after the longest that may take. */
async function settledSizes(guests: readonly QemuGuest[]): Promise<readonly number[]> {
  const sizes = (): Promise<number[]> => Promise.all(guests.map((guest) => guest.actualMib()));
  const isFull = async (): Promise<boolean> =>
    (await sizes()).every((mib, nth) => mib === (nth < NEIGHBOURS ? NEIGHBOUR_MIB : HOSTILE_MIB));
  await waitUntil("the guests to be full", isFull, DEADLINE_MS).catch(() => undefined);
  return sizes();
}
