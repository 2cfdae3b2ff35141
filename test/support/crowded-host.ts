import { createSimulatedBackend } from "../../src/backends/simulated/backend.ts";
import type { Safety } from "../../src/core/guard/names.ts";
import type { HostReading } from "../../src/core/host/host-reading.ts";
import type { Take } from "../../src/core/host/pressure.ts";
import type { JournalRecord } from "../../src/core/journal-record.ts";
import { NO_LIMITS } from "../../src/core/limits.ts";
import type { QuietHours } from "../../src/core/quiet-hours.ts";
import { createSettings } from "../../src/core/settings.ts";
import { BYTES_PER_MIB } from "../../src/core/units.ts";
import { Journal } from "../../src/daemon/journal.ts";
import { Worker } from "../../src/daemon/worker.ts";
import { createSimHost } from "../../src/sim/host.ts";
import { PAGE_BYTES } from "../../src/sim/watermarks.ts";
import type { Workload } from "../../src/sim/workload.ts";
import { VirtualClock } from "./virtual-clock.ts";

/** Guests of this size on a host of that size, of which the host itself uses a part. */
export const GUEST_MIB = 1024;
export const HOST_MIB = 5120;
const OWN_MIB = 256;

/** What another process of the host takes, and how guests and daemon are. */
export interface CrowdedHost {
  readonly loads: readonly Workload[];
  /** What another process of the host uses, in MiB. */
  readonly otherMib: (seconds: number) => number;
  readonly take: Take;
  readonly seconds: number;
  /** False: nobody looks at the host's memory. */
  readonly isLookedAt?: boolean;
  readonly without?: readonly Safety[];
  readonly guard?: 0 | 1;
  /** Quiet hours of the guests, by their names. */
  readonly quietHours?: (guest: string) => readonly QuietHours[];
  /** All that guests may have, in MiB; not said: all that the host has. */
  readonly budgetMib?: number;
  /** What is asked to be kept free after all that, in MiB. */
  readonly reserveMib?: number;
}

/** One second of it. */
export interface Second {
  /** What each guest has, in MiB. */
  readonly hasMib: readonly number[];
  /** What is left on the host, in MiB; below 0 the kernel would have killed somebody. */
  readonly availableMib: number;
}

/** The real worker, and a guest for each load that holds all that it has, beside another process of their host. */
export async function playCrowdedHost(host: CrowdedHost) {
  const { loads, otherMib, take, seconds, isLookedAt = true, without = [], guard = 1, quietHours = () => [] } = host;
  const { budgetMib = HOST_MIB, reserveMib } = host;
  const clock = new VirtualClock();
  const names = loads.map((_, nth) => `g${nth}`);
  const specs = loads.map((load, nth) => ({ name: `g${nth}`, maximumMib: GUEST_MIB, swapMib: 256, loads: [load] }));
  const sim = createSimHost({ guests: specs });
  const backend = await createSimulatedBackend({ nowMs: () => clock.nowMs(), host: sim }).open();
  const hasMib = (): readonly number[] => names.map((name) => (sim.currentPages(name) * PAGE_BYTES) / BYTES_PER_MIB);
  const availableMib = (): number =>
    HOST_MIB - OWN_MIB - otherMib(clock.nowMs() / 1000) - hasMib().reduce((sum, mib) => sum + mib, 0);
  const readHost = (): HostReading => ({
    totalBytes: HOST_MIB * BYTES_PER_MIB,
    availableBytes: Math.max(0, availableMib()) * BYTES_PER_MIB,
    ...{ someTotalUs: null, fullTotalUs: null, swapOutBytes: null, swappedBytes: 0 },
  });
  const journal = new Journal(100_000, () => clock.wallMs());
  const settings = createSettings({ hasCompressedSwap: true });
  const worker = new Worker({
    ...{ description: "scenario", backend, clock, journal, dryRun: false },
    configured: { settings, sources: {}, guestTunables: () => ({ guard }) },
    hostRules: {
      budget: { memoryBytes: budgetMib * BYTES_PER_MIB, reserveBytes: 0 },
      take,
      terms: () => ({ ...NO_LIMITS, isManaged: true }),
      quietHours,
    },
    readHost: isLookedAt ? readHost : null,
    without: new Set(without),
  });
  await worker.start();
  const played: Second[] = [];
  for (let second = 0; second < seconds; second += 1) {
    await clock.advance(1000);
    played.push({ hasMib: hasMib(), availableMib: availableMib() });
  }
  const metMs = reserveMib === undefined ? null : await msUntilMet(worker, clock, reserveMib);
  const records: readonly JournalRecord[] = journal.after(0);
  return { played, records, metMs, hasMib: hasMib(), scores: names.map((name) => sim.score(name)) };
}

/** How long a reservation of `mib` takes until it is free, to 50 ms. */
async function msUntilMet(worker: Worker, clock: VirtualClock, mib: number): Promise<number> {
  const beganMs = clock.nowMs();
  const wish = { guest: null, bytes: mib * BYTES_PER_MIB, waitMs: 60_000, lifeMs: 60_000, isKept: false };
  const met = { atMs: null as number | null };
  const answer = worker.reserve(wish).then(() => {
    met.atMs = clock.nowMs();
  });
  while (met.atMs === null && clock.nowMs() - beganMs < 61_000) await clock.advance(50);
  await answer;
  return (met.atMs ?? Number.POSITIVE_INFINITY) - beganMs;
}
