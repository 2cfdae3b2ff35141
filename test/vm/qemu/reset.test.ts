import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { StepRecord } from "../../../src/core/journal-record.ts";
import { vmGate } from "../rig/requirements.ts";
import { waitUntil } from "../rig/wait.ts";
import { HostDaemon } from "./host/daemon.ts";
import { type QemuGuest, startQemuGuest } from "./rig.ts";

const GUEST_MIB = 512;
/** An idle guest is below this: then its machine is reset. */
const SMALL_MIB = 400;
/** Pages of 4 KiB that a guest may give and take between two looks. */
const MOVING_PAGES = 2048;
const PAGES_A_MIB = 256;
const KIB_A_PAGE = 4;
const BOOT_DEADLINE_MS = 300_000;
const DEADLINE_MS = 300_000;

describe.skipIf(vmGate().skip).each([
  ["reset-plain", false],
  ["reset-yield", true],
])("the ballooned guest %s whose machine is reset (deflate-on-oom: %s)", (name, deflateOnOom) => {
  let guest: QemuGuest;
  let daemon: HostDaemon;
  let beforeReset: StepRecord;
  /** Since the reset. */
  let first: StepRecord;
  let memTotalPages: number;
  let actualMib: number;
  /** How to end what was started. */
  const running: (() => Promise<void>)[] = [];

  const stepsSince = (atMs: number): readonly StepRecord[] => daemon.steps.filter((step) => step.atMs > atMs);

  beforeAll(async () => {
    guest = await startQemuGuest({
      name,
      memoryMib: GUEST_MIB,
      kernel: "6.1",
      deflateOnOom,
      survivesReset: true,
      deadlineMs: BOOT_DEADLINE_MS,
    });
    running.push(() => guest.stop());
    daemon = await HostDaemon.start(configFor(guest));
    running.push(() => daemon.dispose());
    await waitUntil("it to be small", async () => (await guest.actualMib()) < SMALL_MIB, DEADLINE_MS);
    await waitUntil("a step", () => daemon.steps.length > 0, DEADLINE_MS);
    beforeReset = lastOf(daemon.steps);
    await guest.qmp("system_reset");
    await daemon.says("the guest restarts", DEADLINE_MS);
    const restartsMs = Date.now();
    await waitUntil("a step after the reset", () => stepsSince(restartsMs).length > 0, BOOT_DEADLINE_MS);
    [first = beforeReset] = stepsSince(restartsMs);
    actualMib = await guest.actualMib();
    memTotalPages = (await guest.counter("/proc/meminfo", "MemTotal")) / KIB_A_PAGE;
  });

  afterAll(async () => {
    for (const end of running.reverse()) await end();
  });

  it("is found to have all its memory, though QEMU may go on saying what it had", () => {
    const { balloonCurrentPages, balloonMaxPages } = first.observation;
    console.log(
      `${name}: ${describeStep(beforeReset)} before the reset, ${describeStep(first)} after it; ` +
        `then QEMU says ${actualMib} MiB and the guest ${memTotalPages / PAGES_A_MIB} MiB`,
    );
    expect(balloonCurrentPages).toBe(balloonMaxPages);
  });

  it("has as much less RAM than its machine as before the reset", () => {
    expect(Math.abs(bootPages(first) - bootPages(beforeReset))).toBeLessThan(MOVING_PAGES);
  });

  it("is brought down again, and what is read of it agrees with what its kernel says", async () => {
    await waitUntil("it to be small again", async () => (await guest.actualMib()) < SMALL_MIB, DEADLINE_MS);
    const difference = async (): Promise<number> => {
      const pages = (await guest.counter("/proc/meminfo", "MemTotal")) / KIB_A_PAGE;
      const balloonPages = deflateOnOom ? (GUEST_MIB - (await guest.actualMib())) * PAGES_A_MIB : 0;
      return Math.abs(pages - balloonPages - Number(lastOf(daemon.steps).observation.totalramPages));
    };
    await waitUntil("the two to agree", async () => (await difference()) < MOVING_PAGES, DEADLINE_MS);
    expect(await guest.counter("/proc/vmstat", "oom_kill")).toBe(0);
  });
});

/** What the kernel took at boot, and never counts as RAM. */
function bootPages({ observation }: StepRecord): number {
  return Number(observation.balloonCurrentPages) - Number(observation.totalramPages);
}

function lastOf(steps: readonly StepRecord[]): StepRecord {
  const step = steps.at(-1);
  if (step === undefined) throw new Error("there is no step");
  return step;
}

function describeStep({ observation }: StepRecord): string {
  const mib = (pages: number | null): string => (Number(pages) / PAGES_A_MIB).toFixed(0);
  return `${mib(observation.totalramPages)} MiB of RAM of ${mib(observation.balloonCurrentPages)}`;
}

function configFor({ name, qmpSocket }: QemuGuest): string {
  return [
    "[tunables]",
    "selfballoon_interval = 1",
    "[backend]",
    'kind = "qemu"',
    `qmp = ${JSON.stringify([qmpSocket])}`,
    `[guests.${JSON.stringify(name)}]`,
  ].join("\n");
}
