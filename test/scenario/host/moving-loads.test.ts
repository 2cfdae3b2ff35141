import { describe, expect, it } from "vitest";
import { createSimulatedBackend } from "../../../src/backends/simulated/backend.ts";
import type { HostRules } from "../../../src/core/host/rules.ts";
import { NO_LIMITS } from "../../../src/core/limits.ts";
import { createSettings } from "../../../src/core/settings.ts";
import { BYTES_PER_MIB } from "../../../src/core/units.ts";
import { Journal } from "../../../src/daemon/journal.ts";
import { Worker } from "../../../src/daemon/worker.ts";
import { createSimHost } from "../../../src/sim/host.ts";
import { PAGE_BYTES } from "../../../src/sim/watermarks.ts";
import { loadOf } from "../../support/sim.ts";
import { VirtualClock } from "../../support/virtual-clock.ts";

const NAMES = ["a", "b", "c", "d"];
const GUEST_MIB = 1024;
const SETTLED_S = 120;
const LOAD_S = 120;

/** Four guests of 1 GiB on a host of `memoryMib`; from two minutes on each in turn needs 500 MiB more for two minutes. */
async function play(memoryMib: number, reserveMib: number) {
  const clock = new VirtualClock();
  const guests = NAMES.map((name, index) => {
    const fromS = SETTLED_S + index * LOAD_S;
    const isLoaded = (seconds: number): boolean => seconds >= fromS && seconds < fromS + LOAD_S;
    const loads = [loadOf((seconds) => ({ anon: isLoaded(seconds) ? 600 : 100 }))];
    return { name, maximumMib: GUEST_MIB, swapMib: GUEST_MIB, loads };
  });
  const host = createSimHost({ guests });
  const backend = await createSimulatedBackend({ nowMs: () => clock.nowMs(), host }).open();
  const hostRules: HostRules = {
    budget: { memoryBytes: memoryMib * BYTES_PER_MIB, reserveBytes: reserveMib * BYTES_PER_MIB },
    terms: () => ({ ...NO_LIMITS, isManaged: true }),
  };
  const worker = new Worker({
    description: "scenario",
    backend,
    clock,
    journal: new Journal(1000, () => clock.wallMs()),
    dryRun: false,
    configured: {
      settings: createSettings({ hasCompressedSwap: false }),
      sources: {},
      guestTunables: () => ({ selfballoon_interval: 1 }),
    },
    hostRules,
  });
  await worker.start();
  const hasMib = (guest: string): number =>
    ((host.observe(guest).balloonCurrentPages ?? 0) * PAGE_BYTES) / BYTES_PER_MIB;
  const sums: number[] = [];
  const max = new Map<string, number>();
  for (let second = 0; second < SETTLED_S + NAMES.length * LOAD_S; second += 1) {
    await clock.advance(1000);
    const has = NAMES.map((name) => hasMib(name));
    if (second > SETTLED_S / 2) sums.push(has.reduce((sum, mib) => sum + mib, 0));
    NAMES.forEach((name, index) => {
      if (second > SETTLED_S) max.set(name, Math.max(max.get(name) ?? 0, has[index] ?? 0));
    });
  }
  return { sums, max, oomKills: NAMES.map((name) => host.score(name).oomKills) };
}

describe("loads that move from guest to guest on a host that has half of what they may have", () => {
  it("are all served, within the host's memory and without an OOM kill", async () => {
    const { sums, max, oomKills } = await play(2048, 256);
    expect(Math.max(...sums)).toBeLessThanOrEqual(2048);
    expect(oomKills).toEqual([0, 0, 0, 0]);
    for (const name of NAMES) expect(max.get(name)).toBeGreaterThan(650);
  });

  it("take more than such a host has where it is not told how much that is", async () => {
    const { sums } = await play(1_048_576, 0);
    expect(Math.max(...sums)).toBeGreaterThan(2048);
  });
});
