import { describe, expect, it } from "vitest";
import type { GuestEnv } from "../../../src/core/guest/events.ts";
import { GuestRunner } from "../../../src/daemon/guest-runner.ts";
import { Journal } from "../../../src/daemon/journal.ts";
import { Mind } from "../../../src/daemon/mind.ts";
import { envOf, hostEnv } from "../../support/guest-env.ts";
import { ScriptedBackend } from "../../support/scripted-backend.ts";
import { VirtualClock } from "../../support/virtual-clock.ts";

/** One guest's runner, with a real core and a virtual clock. */
function runnerOf(env: GuestEnv = envOf({}, { selfballoon_reserved_mb: 1 })) {
  const clock = new VirtualClock();
  const backend = new ScriptedBackend("a");
  const journal = new Journal(100, () => clock.wallMs());
  const mind = new Mind("driver", env.host !== null, () => clock.nowMs());
  mind.find("a");
  const rig = { env, readings: 0, reserves: new Set<number>() };
  const observe = backend.observe.bind(backend);
  backend.observe = (guest) => {
    rig.readings += 1;
    return observe(guest);
  };
  const envFor = (_: string, reservedMb: number): GuestEnv => {
    rig.reserves.add(reservedMb);
    return rig.env;
  };
  const runner = new GuestRunner("a", { backend, clock, journal, mind, envOf: envFor, stepSoon: () => {} });
  /** Start it: it is armed once its queue has come to that. */
  const start = async (laterMs = 0): Promise<void> => {
    runner.start(laterMs);
    await clock.advance(0);
  };
  return { clock, backend, journal, rig, runner, start };
}

describe("the runner of a guest", () => {
  it("reads a guest once more before it moves it, and once where nothing moves", async () => {
    const { clock, rig, runner, start } = runnerOf();
    await start();
    await clock.advance(5000);
    expect(rig.readings).toBe(2);
    rig.env = { ...rig.env, isPaused: true };
    await clock.advance(5000);
    expect(runner.status()).toMatchObject({ steps: 2, paused: true, state: "armed" });
  });

  it("takes no step before its time, however late it was started", async () => {
    const { clock, rig, start } = runnerOf();
    await start(700);
    await clock.advance(5699);
    expect(rig.readings).toBe(0);
    await clock.advance(1);
    expect(rig.readings).toBe(2);
  });

  it("steps at once where another waits for its memory, but only once it was read, and once for many that ask", async () => {
    const { clock, runner, start } = runnerOf();
    await start();
    runner.stepSoon();
    await clock.advance(0);
    expect(runner.status().steps).toBe(0);
    await clock.advance(5000);
    runner.stepSoon();
    runner.stepSoon();
    await clock.advance(0);
    expect(runner.status().steps).toBe(2);
  });

  it("answers a shortage without counting it as a step", async () => {
    const { clock, backend, journal, runner, start } = runnerOf();
    backend.readings.set("a", { availablePages: 150_000 });
    await start();
    await clock.advance(5000);
    backend.readings.set("a", { ...backend.readings.get("a"), availablePages: 100 });
    await clock.advance(150);
    expect(journal.after(0).at(-1)).toMatchObject({ kind: "step", cause: "shortage", applied: true });
    expect(runner.status().steps).toBe(1);
  });

  it("keeps 10 % of the RAM that the guest had when it was first read, and never another part", async () => {
    const { clock, backend, rig, start } = runnerOf();
    await start();
    await clock.advance(5000);
    backend.readings.set("a", { ...backend.readings.get("a"), totalramPages: 100_000 });
    await clock.advance(10_000);
    expect([...rig.reserves]).toEqual([0, 97]);
  });

  it("tells a problem in its state until the guest was read again", async () => {
    const { clock, backend, runner, start } = runnerOf();
    await start();
    backend.faults.set("a", "fault");
    await clock.advance(5000);
    expect(runner.status()).toMatchObject({ state: "unreadable", problem: { code: "ERR_FORMAT" } });
    backend.faults.clear();
    await clock.advance(5000);
    expect(runner.status()).toMatchObject({ state: "armed", problem: null, steps: 1 });
  });

  it("survives a bug in its own path, and says that it is one", async () => {
    const { clock, backend, runner, start } = runnerOf();
    await start();
    backend.faults.set("a", "bug");
    await clock.advance(5000);
    expect(runner.status()).toMatchObject({ state: "unreadable", problem: { code: "ERR_INTERNAL" } });
    backend.faults.clear();
    await clock.advance(5000);
    expect(runner.status().problem).toBeNull();
  });

  it("gives memory back after the step under way, never in the middle of it", async () => {
    const { clock, backend, runner, start } = runnerOf();
    let finish = (): void => {};
    const apply = backend.apply.bind(backend);
    backend.apply = async (guest, pages) => {
      await new Promise<void>((resolve) => {
        finish = resolve;
      });
      await apply(guest, pages);
    };
    await start();
    await clock.advance(5000);
    const given = runner.giveAll("asked");
    await clock.advance(0);
    expect(backend.targets).toEqual([]);
    finish();
    expect(await given).toMatchObject({ guest: "a", isAll: true });
    expect(backend.targets.map(({ pages }) => pages)).toEqual([237_351, "full"]);
  });

  it("says that nothing was given in a dry run", async () => {
    const { backend, runner } = runnerOf(envOf({ isDryRun: true }));
    expect(await runner.giveAll("asked")).toBeNull();
    expect(backend.targets).toEqual([]);
  });

  it("throws what kept memory from being given", async () => {
    const { backend, runner } = runnerOf();
    backend.faults.set("a", "fault");
    await expect(runner.giveAll("asked")).rejects.toMatchObject({ code: "ERR_DEADLINE" });
  });

  it("ends with the step under way: no other begins, and no look of the watch is taken in", async () => {
    const { clock, backend, rig, runner, start } = runnerOf();
    await start();
    await clock.advance(4000);
    await runner.stop();
    backend.readings.set("a", { availablePages: 100 });
    runner.stepSoon();
    await clock.advance(60_000);
    expect(rig.readings).toBe(0);
    expect(runner.isWatched).toBe(false);
  });

  it("reads a guest's size as it is found on a shared host", async () => {
    const { journal, start } = runnerOf(envOf({ host: hostEnv(4096) }));
    await start();
    expect(journal.after(0)).toMatchObject([{ kind: "size", guest: "a" }]);
  });
});
