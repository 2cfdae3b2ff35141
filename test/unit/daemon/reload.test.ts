import { describe, expect, it } from "vitest";
import { NO_LIMITS } from "../../../src/core/limits.ts";
import { createSettings } from "../../../src/core/settings.ts";
import { BYTES_PER_MIB } from "../../../src/core/units.ts";
import { Journal } from "../../../src/daemon/journal.ts";
import { Worker } from "../../../src/daemon/worker.ts";
import { ScriptedBackend } from "../../support/scripted-backend.ts";
import { VirtualClock } from "../../support/virtual-clock.ts";

const settings = createSettings({ hasCompressedSwap: false, defaults: { selfballoon_reserved_mb: 1 } });
const configuredFor = (...managed: readonly string[]) => ({
  settings,
  sources: {},
  guestTunables: (guest: string) => (managed.includes(guest) ? {} : { selfballooning: 0 }),
});
const configured = configuredFor("a", "b");
const budget = { memoryBytes: 4096 * BYTES_PER_MIB, reserveBytes: 0 };
const rulesOf = (...managed: readonly string[]) => ({
  budget,
  terms: (guest: string) => ({ ...NO_LIMITS, isManaged: managed.includes(guest) }),
});

async function start(dryRun = false) {
  const clock = new VirtualClock();
  const backend = new ScriptedBackend("a", "b");
  for (const guest of backend.names) backend.readings.set(guest, { balloonMaxPages: 262_144 });
  const journal = new Journal(1000, () => clock.wallMs());
  const hostRules = rulesOf("a", "b");
  const worker = new Worker({ description: "test", backend, clock, journal, dryRun, configured, hostRules });
  await worker.start();
  await clock.advance(10_700);
  const from = backend.targets.length;
  return { clock, worker, backend, journal, moved: () => backend.targets.slice(from) };
}

describe("a reload", () => {
  it("gives a guest that the configuration names no more what was taken from it, at once", async () => {
    const { clock, worker, moved } = await start();
    worker.configure(configuredFor("b"), rulesOf("b"));
    await clock.advance(100);
    expect(moved()).toEqual([{ guest: "a", pages: "full" }]);
    await clock.advance(60_000);
    expect(moved().filter(({ guest, pages }) => guest === "a" && pages === "full")).toHaveLength(1);
  });

  it("moves nothing of it in a dry run", async () => {
    const { clock, worker, moved } = await start(true);
    worker.configure(configuredFor("b"), rulesOf("b"));
    await clock.advance(60_000);
    expect(moved()).toEqual([]);
  });

  it("balloons nothing that was released, nor what was paused", async () => {
    const { clock, worker, moved } = await start();
    await worker.release(null);
    worker.configure(configured, rulesOf("a", "b"));
    await clock.advance(60_000);
    expect(moved().map(({ pages }) => pages)).toEqual(["full", "full"]);
    expect(worker.guests()).toMatchObject([{ released: true }, { released: true }]);
    worker.change({ selfballooning: "1" }, true);
    worker.pause(["a"]);
    worker.configure(configured, rulesOf("a", "b"));
    await clock.advance(20_000);
    const later = moved().slice(2);
    expect(later.length).toBeGreaterThan(0);
    expect(new Set(later.map(({ guest }) => guest))).toEqual(new Set(["b"]));
    expect(worker.guests()).toMatchObject([{ paused: true, released: false }, { released: false }]);
  });
});
