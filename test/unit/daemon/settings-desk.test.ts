import { describe, expect, it } from "vitest";
import type { AllGuestSettings } from "../../../src/core/controls/guest-settings.ts";
import { restoredSettings } from "../../../src/core/controls/guest-settings.ts";
import type { HostRules } from "../../../src/core/host/rules.ts";
import { NO_LIMITS } from "../../../src/core/limits.ts";
import { createSettings } from "../../../src/core/settings.ts";
import { BYTES_PER_MIB } from "../../../src/core/units.ts";
import { Journal } from "../../../src/daemon/journal.ts";
import type { GuestSettingsStore } from "../../../src/daemon/settings-desk.ts";
import { Worker } from "../../../src/daemon/worker.ts";
import { ScriptedBackend } from "../../support/scripted-backend.ts";
import { VirtualClock } from "../../support/virtual-clock.ts";

const MIB = 256;
const MAXIMUM_PAGES = 1024 * MIB;
const settings = createSettings({ hasCompressedSwap: false, defaults: { selfballoon_reserved_mb: 1 } });
const configured = { settings, sources: {}, guestTunables: () => ({}) };

function rulesOf(managed: readonly string[]): HostRules {
  const budget = { memoryBytes: 4096 * BYTES_PER_MIB, reserveBytes: 0 };
  return { budget, terms: (guest) => ({ ...NO_LIMITS, isManaged: managed.includes(guest) }) };
}

class MemoryStore implements GuestSettingsStore {
  kept: AllGuestSettings = new Map();
  saves = 0;

  load(): AllGuestSettings {
    return this.kept;
  }

  save(all: AllGuestSettings): void {
    this.kept = all;
    this.saves += 1;
  }
}

async function start({ managed = ["a", "b"], hasHost = true, store = new MemoryStore() } = {}) {
  const clock = new VirtualClock();
  const backend = new ScriptedBackend("a", "b");
  for (const guest of backend.names) backend.readings.set(guest, { balloonMaxPages: MAXIMUM_PAGES });
  const journal = new Journal(1000, () => clock.wallMs());
  const hostRules = hasHost ? rulesOf(managed) : null;
  const tools = { backend, clock, journal, configured, hostRules, guestSettingsStore: store };
  const worker = new Worker({ description: "test", dryRun: false, ...tools });
  worker.restore();
  await worker.start();
  await clock.advance(20_700);
  const hasMib = (guest: string) => (backend.readings.get(guest)?.balloonCurrentPages ?? MAXIMUM_PAGES) / MIB;
  const settingOf = (guest: string, name: string) => worker.guestSettings(guest).find((one) => one.name === name);
  return { clock, backend, journal, worker, store, hasMib, settingOf };
}

describe("a guest's settings at run time", () => {
  it("are judged at once: a least raises it, a most takes what it has beyond", async () => {
    const { clock, worker, hasMib, settingOf } = await start();
    worker.changeGuest("a", { min_mb: "900" }, true);
    await clock.advance(100);
    expect(hasMib("a")).toBe(900);
    worker.changeGuest("b", { max_mb: "300" }, true);
    await clock.advance(100);
    expect(hasMib("b")).toBe(300);
    expect(settingOf("b", "max_mb")).toMatchObject({ value: 300, configured: null, source: "runtime" });
    expect(worker.guests()).toMatchObject([{ setAtRunTime: ["min_mb"] }, { setAtRunTime: ["max_mb"] }]);
    worker.changeGuest("b", { max_mb: null }, true);
    expect(worker.guests()).toMatchObject([{}, { setAtRunTime: [] }]);
  });

  it("take a guest out of the daemon's hands, which gives its memory back, and into them again", async () => {
    const { clock, backend, worker, hasMib } = await start();
    expect(hasMib("a")).toBeLessThan(1024);
    worker.changeGuest("a", { managed: "false" }, true);
    await clock.advance(100);
    expect(hasMib("a")).toBe(1024);
    const told = backend.targets.length;
    await clock.advance(30_000);
    expect(backend.targets.slice(told).filter(({ guest }) => guest === "a")).toEqual([]);
    worker.changeGuest("a", { managed: null }, true);
    await clock.advance(20_000);
    expect(hasMib("a")).toBeLessThan(1024);
  });

  it("manage a guest that the configuration does not name", async () => {
    const { clock, worker, hasMib } = await start({ managed: ["a"] });
    expect(hasMib("b")).toBe(1024);
    worker.changeGuest("b", { managed: "true" }, true);
    await clock.advance(20_000);
    expect(hasMib("b")).toBeLessThan(1024);
  });

  it("leave a guest that is paused or released alone", async () => {
    const { clock, worker, hasMib } = await start();
    worker.pause(["a"]);
    await worker.release(["b"]);
    const before = hasMib("a");
    worker.changeGuest("a", { min_mb: "900" }, true);
    worker.changeGuest("b", { selfballooning: "1" }, true);
    await clock.advance(20_000);
    expect([hasMib("a"), hasMib("b")]).toEqual([before, 1024]);
    worker.resume(null);
    await clock.advance(6000);
    expect(hasMib("a")).toBe(900);
  });

  it("stand over a reload and a restart, also while the guest is away, until they are reset", async () => {
    const { clock, worker, backend, store } = await start();
    worker.changeGuest("a", { max_mb: "600", guard_headroom_mb: "99" }, true);
    worker.configure(configured, rulesOf(["a"]));
    expect(worker.guests()[0]).toMatchObject({ tunables: { guard_headroom_mb: 99 } });
    expect(worker.hostRules?.terms("a").maxMb).toBe(600);
    backend.names.delete("a");
    await clock.advance(10_000);
    expect(worker.guestSettings("a")).toContainEqual(expect.objectContaining({ name: "max_mb", value: 600 }));
    const kept = store.kept;
    expect(worker.changeGuest("a", { max_mb: null, guard_headroom_mb: null }, true)).toContainEqual(
      expect.objectContaining({ name: "max_mb", value: null }),
    );
    expect(() => worker.guestSettings("a")).toThrow(expect.objectContaining({ code: "ERR_GUEST_UNKNOWN" }));
    store.kept = kept;
    const again = await start({ store });
    expect(again.hasMib("a")).toBeLessThanOrEqual(600);
    again.worker.changeGuest("a", { max_mb: null, guard_headroom_mb: null }, true);
    expect([store.kept.size, store.saves]).toEqual([0, 3]);
  });

  it("are in the journal, with what was reset as null", async () => {
    const { journal, worker } = await start();
    worker.changeGuest("a", { weight: "2" }, true);
    worker.changeGuest("a", { weight: null, guard: "0" }, true);
    const told = journal.after(0).flatMap((record) => (record.kind === "settings" ? [record] : []));
    expect(told).toMatchObject([
      { guest: "a", values: { weight: 2 } },
      { guest: "a", values: { weight: null, guard: 0 } },
    ]);
  });

  it("are refused for a guest that is not there, and where no host is shared, and then nothing is kept", async () => {
    const { worker, store } = await start();
    const code = (is: string) => expect.objectContaining({ code: is });
    expect(() => worker.changeGuest("c", { weight: "2" }, true)).toThrow(code("ERR_GUEST_UNKNOWN"));
    expect(() => worker.guestSettings("c")).toThrow(code("ERR_GUEST_UNKNOWN"));
    expect(() => worker.changeGuest("a", { weight: "0" }, true)).toThrow(code("ERR_GUEST_SETTING_INVALID"));
    expect(store.saves).toBe(0);
    const alone = await start({ hasHost: false });
    expect(() => alone.worker.changeGuest("a", { weight: "2" }, true)).toThrow(code("ERR_NO_GUEST_SETTINGS"));
  });

  it("that were kept hold before the first step", async () => {
    const store = new MemoryStore();
    store.kept = restoredSettings(new Map([["a", { managed: false }]]), settings);
    const { hasMib, backend } = await start({ store });
    expect(hasMib("a")).toBe(1024);
    expect(backend.targets.some(({ guest }) => guest === "a")).toBe(false);
  });
});
