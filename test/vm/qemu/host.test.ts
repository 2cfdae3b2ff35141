import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { vmGate } from "../rig/requirements.ts";
import { waitUntil } from "../rig/wait.ts";
import type { ExecResult } from "./exec-channel.ts";
import { HostDaemon } from "./host/daemon.ts";
import { describeReservations } from "./host/reservations.ts";
import { type Sample, Sampler, sum } from "./host/samples.ts";
import { type QemuGuest, startQemuGuest } from "./rig.ts";

const NAMES: readonly string[] = ["host-a", "host-b", "host-c", "host-d"];
const GUEST_MIB = 512;
const STATIC_MIB = NAMES.length * GUEST_MIB;
const BUDGET_MIB = 1400;
const RESERVE_MIB = 200;
/** Idle guests are below this together: then the loads begin. */
const SETTLED_MIB = 1000;
const LOAD_MIB = 220;
const LOAD_HOLD_MS = 8000;
const BOOT_DEADLINE_MS = 300_000;
const DEADLINE_MS = 300_000;
/** Four guests decide once a second each while the loads go from one to the next. */
const MIN_CHECKED = 100;

interface Load {
  readonly guest: string;
  readonly beganMs: number;
  readonly result: ExecResult;
}

describe.skipIf(vmGate().skip)("four guests on a QEMU host that has less than they have together", () => {
  let guests: QemuGuest[] = [];
  let daemon: HostDaemon;
  let sampler: Sampler;
  let fresh: Sample | undefined;
  let settledMs: number;
  let loads: Load[] = [];
  /** How to end what was started. */
  const running: (() => Promise<void>)[] = [];

  beforeAll(async () => {
    guests = await Promise.all(
      NAMES.map((name) =>
        startQemuGuest({
          name,
          memoryMib: GUEST_MIB,
          kernel: "6.1",
          swap: { kind: "zram", mib: 256 },
          deadlineMs: BOOT_DEADLINE_MS,
        }),
      ),
    );
    sampler = new Sampler(guests);
    running.push(() => sampler.stop());
    await waitUntil("a sample", () => sampler.samples.length > 0, DEADLINE_MS);
    fresh = sampler.samples[0];
    daemon = await HostDaemon.start(configFor(guests));
    running.push(() => daemon.dispose());
    await waitUntil("the daemon to step", () => daemon.steps.length > 0, DEADLINE_MS);
    await daemon.record();
    const sumMib = (): number => sum(sampler.samples.at(-1)?.actualMib ?? []);
    await waitUntil(`the guests to go below ${SETTLED_MIB} MiB`, () => sumMib() < SETTLED_MIB, DEADLINE_MS);
    settledMs = Date.now();
    loads = await loadOneAfterTheOther(guests);
  });

  afterAll(async () => {
    if (loads.length > 0) console.log(figures());
    await Promise.all(running.map((end) => end()));
    await Promise.all(guests.map((guest) => guest.stop()));
  });

  const sinceSettled = (): readonly Sample[] => sampler.samples.filter(({ atMs }) => atMs >= settledMs);

  it("serves every load, with its memory intact", () => {
    expect(loads.map(({ guest, result }) => [guest, result.exitCode])).toEqual(NAMES.map((name) => [name, 0]));
    for (const { result } of loads) expect(result.stdout).toContain(" 0 corrupt pages");
  });

  it("never makes a guest kill a process", async () => {
    expect(await Promise.all(guests.map((guest) => guest.counter("/proc/vmstat", "oom_kill")))).toEqual([0, 0, 0, 0]);
  });

  it("keeps their memory together within the budget while the loads move from one to the next", () => {
    const sums = sinceSettled().map(({ actualMib }) => sum(actualMib));
    expect(sums.length).toBeGreaterThan(50);
    expect(Math.max(...sums)).toBeLessThanOrEqual(BUDGET_MIB);
  });

  it("gives each loaded guest more than an even share of the budget", () => {
    NAMES.forEach((_, index) => {
      const max = Math.max(...sinceSettled().map(({ actualMib }) => actualMib[index] ?? 0));
      expect(max).toBeGreaterThan(BUDGET_MIB / NAMES.length);
    });
  });

  it("holds a guest whose agent is killed, then gives its memory back, then resumes", async () => {
    const [guest] = guests;
    if (guest === undefined) throw new Error("there is no guest");
    await waitUntil("it to be small", async () => (await guest.actualMib()) < GUEST_MIB - 50, DEADLINE_MS);
    await guest.exec("killall qemu-ga");
    await daemon.says("the guest agent no longer answers", DEADLINE_MS);
    const lostMs = Date.now();
    await daemon.says("so it was given", DEADLINE_MS);
    const moved = daemon.steps.filter(
      ({ atMs, applied, decision }) => atMs > lostMs && applied && decision.guest === guest.name,
    );
    expect(moved).toEqual([]);
    await waitUntil("its memory to be back", () => hasItsPart(guest), DEADLINE_MS);
    await guest.exec("start-agent");
    await daemon.says("the guest agent answers again", DEADLINE_MS);
    const isDecidedOn = (): boolean => daemon.lastStep(guest.name)?.decision.targetPages !== null;
    await waitUntil("it to be decided on again", isDecidedOn, DEADLINE_MS);
  });

  it("gives all memory back when the daemon is told to end", async () => {
    expect(await daemon.end()).toBe(0);
    for (const guest of guests) {
      await waitUntil(`${guest.name} to be full`, async () => (await guest.actualMib()) === GUEST_MIB, DEADLINE_MS);
    }
  });

  it("decided nothing that a replay of its recording would decide otherwise", async () => {
    const said = await daemon.checkRecording();
    const checked = Number(/^(\d+) decisions checked/.exec(said)?.[1]);
    expect(checked).toBeGreaterThan(MIN_CHECKED);
  });

  describeReservations(() => guests);

  /** Its part by weight of what there is: the others may come to need theirs. */
  async function hasItsPart(guest: QemuGuest): Promise<boolean> {
    return (await guest.actualMib()) >= (BUDGET_MIB - RESERVE_MIB) / NAMES.length;
  }

  function figures(): string {
    const samples = sinceSettled().filter(({ atMs }) => atMs <= (loads.at(-1)?.beganMs ?? 0) + LOAD_HOLD_MS);
    const mean = (of: (sample: Sample) => number): number => sum(samples.map(of)) / samples.length;
    const meanMib = mean(({ actualMib }) => sum(actualMib));
    const percent = (share: number): string => `${(share * 100).toFixed(0)} %`;
    return [
      `four guests of ${GUEST_MIB} MiB, budget ${BUDGET_MIB} MiB, loads of ${LOAD_MIB} MiB one after the other:`,
      `  guests' memory: mean ${meanMib.toFixed(0)} MiB of ${STATIC_MIB} (saved ${percent(1 - meanMib / STATIC_MIB)}), ` +
        `most ${Math.max(...samples.map(({ actualMib }) => sum(actualMib)))} MiB`,
      `  QEMU's RSS: ${fresh?.rssMib.toFixed(0)} MiB at first, mean ${mean(({ rssMib }) => rssMib).toFixed(0)} MiB, ` +
        `most ${Math.max(...samples.map(({ rssMib }) => rssMib)).toFixed(0)} MiB`,
      `  demand to memory asked for, to memory there, in ms: ${loads.map((load) => latencies(load)).join("; ")}`,
    ].join("\n");
  }

  /** From the load's start to the daemon's first raise, and to the moment when the guest had 50 MiB more. */
  function latencies({ guest, beganMs }: Load): string {
    const index = NAMES.indexOf(guest);
    const asked = daemon.steps.find(
      ({ atMs, applied, decision, observation }) =>
        decision.guest === guest &&
        atMs > beganMs &&
        applied &&
        (decision.targetPages ?? 0) > (observation.totalramPages ?? 0),
    );
    const before = sampler.samples.findLast(({ atMs }) => atMs <= beganMs)?.actualMib[index] ?? 0;
    const there = sampler.samples.find(
      ({ atMs, actualMib }) => atMs > beganMs && (actualMib[index] ?? 0) > before + 50,
    );
    const ms = (atMs: number | undefined): string => (atMs === undefined ? "-" : String(Math.round(atMs - beganMs)));
    return `${ms(asked?.atMs)} (${asked?.decision.reason ?? "-"}), ${ms(there?.atMs)}`;
  }
});

function configFor(guests: readonly QemuGuest[]): string {
  return [
    "[tunables]",
    "selfballoon_interval = 1",
    "[backend]",
    'kind = "qemu"',
    `qmp = ${JSON.stringify(guests.map(({ qmpSocket }) => qmpSocket))}`,
    "[host]",
    `memory_mb = ${BUDGET_MIB}`,
    `reserve_mb = ${RESERVE_MIB}`,
    '[guests."host-*"]',
  ].join("\n");
}

/** The next load begins when the last one is over, while the guest before it still has the memory. */
async function loadOneAfterTheOther(guests: readonly QemuGuest[]): Promise<Load[]> {
  const loads: Load[] = [];
  for (const guest of guests) {
    const beganMs = Date.now();
    const result = await guest.exec(`hog ${LOAD_MIB} --pattern --hold-ms ${LOAD_HOLD_MS}`, DEADLINE_MS);
    loads.push({ guest: guest.name, beganMs, result });
    await sleep(1000);
  }
  return loads;
}
