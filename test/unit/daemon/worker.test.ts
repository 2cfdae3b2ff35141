import { describe, expect, it } from "vitest";
import { createSettings } from "../../../src/core/settings.ts";
import type { Tunables } from "../../../src/core/tunables.ts";
import { Journal } from "../../../src/daemon/journal.ts";
import { Worker } from "../../../src/daemon/worker.ts";
import { ScriptedBackend } from "../../support/scripted-backend.ts";
import { VirtualClock } from "../../support/virtual-clock.ts";

interface Rig {
  readonly names?: readonly string[];
  readonly tunables?: Partial<Tunables>;
  readonly dryRun?: boolean;
  readonly guestTunables?: (guest: string) => Partial<Tunables>;
}

/** A worker on a virtual clock; the reserve is fixed so that targets are easy to foresee. */
async function start({ names = ["a"], tunables = {}, dryRun = false, guestTunables = () => ({}) }: Rig = {}) {
  const clock = new VirtualClock();
  const backend = new ScriptedBackend(...names);
  const journal = new Journal(100, () => clock.wallMs());
  const defaults = { selfballoon_reserved_mb: 1, ...tunables };
  const settings = createSettings({ hasCompressedSwap: true, defaults });
  const configured = { settings, sources: {}, guestTunables };
  const worker = new Worker({ description: "test", backend, clock, journal, dryRun, configured });
  await worker.start();
  return { clock, backend, journal, worker };
}

/** What was recorded since the guests were found. */
const records = (journal: Journal) => journal.after(0).filter(({ kind }) => kind !== "guest");
const kinds = (journal: Journal) => records(journal).map(({ kind }) => kind);

describe("the worker", () => {
  it("takes its first step one interval after it began, then one an interval", async () => {
    const { clock, backend } = await start();
    await clock.advance(4999);
    expect(backend.targets).toHaveLength(0);
    await clock.advance(1);
    expect(backend.targets).toEqual([{ guest: "a", pages: 237_351 }]);
    await clock.advance(10_000);
    expect(backend.targets).toHaveLength(3);
  });

  it("lets a change of the interval wait for the step already pending", async () => {
    const { clock, backend, worker } = await start();
    worker.change({ selfballoon_interval: "60" }, true);
    await clock.advance(5000);
    expect(backend.targets).toHaveLength(1);
    await clock.advance(59_000);
    expect(backend.targets).toHaveLength(1);
    await clock.advance(1000);
    expect(backend.targets).toHaveLength(2);
  });

  it("waits out an interval of 136 years", async () => {
    const { clock, backend, worker } = await start();
    worker.change({ selfballoon_interval: "4294967295" }, true);
    await clock.advance(3_600_000);
    expect(backend.targets).toHaveLength(1);
  });

  it("moves nothing of a guest that is paused, and goes on where it stood", async () => {
    const { clock, backend, journal, worker } = await start({ names: ["a", "b"] });
    expect(worker.pause(["a"])).toMatchObject([{ guest: "a", paused: true }]);
    worker.pause(["a"]);
    await clock.advance(10_000);
    expect(backend.targets.map(({ guest }) => guest)).toEqual(["b", "b"]);
    expect(worker.guests()).toMatchObject([
      { guest: "a", paused: true, steps: 2 },
      { guest: "b", paused: false, steps: 2 },
    ]);
    worker.resume(["a"]);
    await clock.advance(5000);
    expect(backend.targets.filter(({ guest }) => guest === "a")).toHaveLength(1);
    expect(kinds(journal).filter((kind) => kind === "pause")).toHaveLength(2);
    expect(() => worker.pause(["nobody"])).toThrow(/there is no guest nobody/);
  });

  it("leaves a paused guest alone when its memory runs short, or when it can't be read for long", async () => {
    const { clock, backend, worker } = await start();
    await clock.advance(5000);
    worker.pause(["a"]);
    backend.readings.set("a", { ...backend.readings.get("a"), availablePages: 1000 });
    await clock.advance(10_000);
    backend.faults.set("a", "fault");
    await clock.advance(60_000);
    expect(backend.targets).toHaveLength(1);
    backend.faults.clear();
    await worker.stop({ keepTargets: false });
    expect(backend.targets.at(-1)).toEqual({ guest: "a", pages: "full" });
  });

  it("goes idle with both loops off, and is armed again by turning one on", async () => {
    const { clock, backend, worker } = await start();
    worker.change({ selfballooning: "0", frontswap_selfshrinking: "0" }, true);
    await clock.advance(60_000);
    expect(worker.guests()).toMatchObject([{ state: "idle", steps: 1 }]);
    worker.change({ selfballooning: "1" }, true);
    await clock.advance(5000);
    expect(backend.targets).toHaveLength(1);
  });

  it("decides on a fresh reading before it moves anything", async () => {
    const { clock, backend, journal } = await start();
    let readings = 0;
    const observe = backend.observe.bind(backend);
    backend.observe = async (guest) => {
      readings += 1;
      if (readings === 2) backend.readings.set("a", { committedPages: 240_000 });
      return observe(guest);
    };
    await clock.advance(5000);
    expect(backend.targets).toEqual(
      [{ guest: "a", pages: 241_656 + 12_144 }].map(({ guest }) => ({ guest, pages: expect.any(Number) })),
    );
    expect(records(journal)).toMatchObject([{ decision: { goalPages: 240_000 + 1400 + 256 } }]);
  });

  it("tells a balloon on its way further down to stay where it is, once memory in use would be taken", async () => {
    const { clock, backend } = await start();
    backend.slow.add("a");
    await clock.advance(5000);
    expect(backend.targets).toEqual([{ guest: "a", pages: 237_351 }]);
    // Half-way down a program takes memory: nothing but the headroom is left.
    backend.readings.set("a", { totalramPages: 240_000, balloonCurrentPages: 252_144, availablePages: 64 * 256 });
    await clock.advance(5000);
    expect(backend.targets.slice(1)).toEqual([{ guest: "a", pages: 252_144 }]);
    await clock.advance(20_000);
    expect(backend.targets).toHaveLength(2);
  });

  it("moves nothing in a dry run, not even at the end", async () => {
    const { clock, backend, journal, worker } = await start({ dryRun: true });
    await clock.advance(5000);
    await worker.stop({ keepTargets: false });
    expect(backend.targets).toEqual([]);
    expect(records(journal)).toMatchObject([{ decision: { reason: "lower" }, applied: false }]);
  });

  it("does not call a guest stuck that nobody moves, in a dry run", async () => {
    const { clock, journal } = await start({ dryRun: true });
    await clock.advance(60_000);
    const reasons = records(journal).map((record) => (record.kind === "step" ? record.decision.reason : record.kind));
    expect(reasons).toEqual(Array.from({ length: 12 }, () => "lower"));
  });

  it("says in a dry run once a step, not ten times a second, that memory is short", async () => {
    const { clock, backend, journal } = await start({ dryRun: true });
    await clock.advance(5000);
    backend.readings.set("a", { availablePages: 100 });
    await clock.advance(5000);
    expect(kinds(journal)).toEqual(["step", "step"]);
  });

  it("gives all memory back when it ends, and closes", async () => {
    const { clock, backend, worker } = await start({ names: ["a", "b"] });
    await clock.advance(5000);
    await worker.stop({ keepTargets: false });
    expect(backend.targets.slice(-2)).toEqual([
      { guest: "a", pages: "full" },
      { guest: "b", pages: "full" },
    ]);
    expect(backend.closed).toBe(true);
    await clock.advance(60_000);
    expect(backend.targets).toHaveLength(4);
  });

  it("gives memory back on request, and keeps it given", async () => {
    const { clock, backend, worker } = await start();
    await clock.advance(5000);
    await worker.release(null);
    await clock.advance(60_000);
    expect(backend.targets.at(-1)).toEqual({ guest: "a", pages: "full" });
    expect(worker.tunables()).toContainEqual({ name: "selfballooning", value: 0, default: 1, source: "runtime" });
  });

  it("gives the other guests their memory back when one can't be reached", async () => {
    const { backend, journal, worker } = await start({ names: ["a", "b"] });
    backend.faults.set("a", "fault");
    await expect(worker.release(null)).rejects.toMatchObject({ code: "ERR_DEADLINE" });
    expect(backend.targets).toEqual([{ guest: "b", pages: "full" }]);
    expect(kinds(journal)).toContain("fault");
  });

  it("writes all changes or none", async () => {
    const { worker, journal } = await start();
    const before = worker.tunables();
    expect(() => worker.change({ selfballoon_interval: "9", selfballoon_downhysteresis: "0" }, true)).toThrow("EINVAL");
    expect(worker.tunables()).toEqual(before);
    expect(kinds(journal)).toEqual([]);
  });

  it("refuses writers without privilege", async () => {
    const { worker } = await start();
    expect(() => worker.change({ selfballoon_interval: "abc" }, false)).toThrow("EPERM");
  });

  it("resets to the default, and tells where a value comes from", async () => {
    const { worker } = await start();
    worker.change({ selfballoon_min_usable_mb: "7" }, true);
    worker.change({ selfballoon_min_usable_mb: null }, true);
    expect(worker.tunables()).toContainEqual({
      name: "selfballoon_min_usable_mb",
      value: 0,
      default: 0,
      source: "default",
    });
  });

  it("runs what the configuration says once it was reloaded", async () => {
    const { clock, backend, worker } = await start();
    worker.change({ selfballooning: "0", frontswap_selfshrinking: "0" }, true);
    await clock.advance(5000);
    worker.configure({ settings: createSettings({ hasCompressedSwap: true }), sources: {}, guestTunables: () => ({}) });
    await clock.advance(5000);
    expect(backend.targets).toHaveLength(1);
  });

  it("gives each guest the values that the operator named for it", async () => {
    const guestTunables = (guest: string) => (guest === "b" ? { selfballooning: 0 } : {});
    const { clock, backend } = await start({ names: ["a", "b"], guestTunables });
    await clock.advance(5000);
    expect(backend.targets.map(({ guest }) => guest)).toEqual(["a"]);
  });

  it("reserves 10 % of each guest's own RAM where start-up set nothing", async () => {
    const { clock, journal } = await start({ names: ["a", "b"], tunables: { selfballoon_reserved_mb: 0 } });
    await clock.advance(5000);
    const goals = records(journal).map((record) => record.kind === "step" && record.decision.goalPages);
    expect(goals).toEqual([51_400 + 97 * 256, 51_400 + 97 * 256]);
  });
});

describe("a guest in trouble", () => {
  it.each(["fault", "hang"] as const)("(%s) is told once, and never disturbs the others", async (kind) => {
    const { clock, backend, journal, worker } = await start({ names: ["a", "b"] });
    backend.faults.set("a", kind);
    await clock.advance(20_000);
    const told = records(journal).flatMap((record) => (record.kind === "fault" ? record.problem : []));
    expect(new Set(told).size).toBe(told.length);
    expect(told.length).toBeGreaterThan(0);
    expect(worker.guests()).toMatchObject([
      { guest: "a", state: "unreadable", steps: 0 },
      { guest: "b", state: "armed" },
    ]);
    expect(backend.targets.filter(({ guest }) => guest === "b").length).toBeGreaterThanOrEqual(3);
    backend.faults.clear();
    await clock.advance(20_000);
    expect(worker.guests()[0]).toMatchObject({ state: "armed", problem: null });
  });

  it("is not moved while a needed reading is missing", async () => {
    const { clock, backend, journal } = await start();
    backend.readings.set("a", { committedPages: null });
    await clock.advance(15_000);
    expect(backend.targets).toEqual([]);
    expect(records(journal)).toMatchObject([{ decision: { reason: "missing" } }, {}, {}]);
  });

  it("is looked after when it appears and dropped when it goes", async () => {
    const { clock, backend, worker } = await start();
    backend.names.add("late").delete("a");
    backend.names.delete("a");
    await clock.advance(5000);
    expect(worker.guests().map(({ guest }) => guest)).toEqual(["late"]);
    await clock.advance(5000);
    expect(backend.targets.map(({ guest }) => guest)).toContain("late");
  });
});

describe("the worker's health", () => {
  it("is good while steps come in time, and bad when the loop stands still", async () => {
    const { clock, worker } = await start();
    await clock.advance(60_000);
    expect(worker.isInTime()).toBe(true);
    clock.nowMs = () => 200_000;
    expect(worker.isInTime()).toBe(false);
  });
});

describe("a guest that nobody can read", () => {
  it.each(["hang", "missing"] as const)("(%s) is held, and given all its memory once that has lasted", async (kind) => {
    const { clock, backend, journal } = await start();
    await clock.advance(5000);
    if (kind === "hang") backend.faults.set("a", "hang");
    else backend.readings.set("a", { ...backend.readings.get("a"), totalramPages: null });
    await clock.advance(9000);
    expect(backend.targets).toHaveLength(1);
    await clock.advance(30_000);
    expect(backend.targets.slice(1)).toEqual([{ guest: "a", pages: "full" }]);
    expect(records(journal)).toContainEqual(
      expect.objectContaining({ notice: { code: "failed_open", details: expect.anything() } }),
    );
  });

  it("is given its memory when it is no longer paused, if it still can't be read", async () => {
    const { clock, backend, journal, worker } = await start();
    await clock.advance(5000);
    worker.pause(["a"]);
    backend.faults.set("a", "hang");
    await clock.advance(60_000);
    expect(backend.targets).toHaveLength(1);
    expect(records(journal).map(({ kind }) => kind)).not.toContain("notice");
    worker.resume(["a"]);
    await clock.advance(10_000);
    expect(backend.targets.slice(1)).toEqual([{ guest: "a", pages: "full" }]);
  });

  it("is left as it is while the guard is off", async () => {
    const { clock, backend } = await start({ tunables: { guard: 0 } });
    await clock.advance(5000);
    backend.faults.set("a", "hang");
    await clock.advance(60_000);
    expect(backend.targets).toHaveLength(1);
  });
});

describe("the fast lane", () => {
  const short = { availablePages: 100 };

  it("gives a guest that runs short everything within one look, long before the next step", async () => {
    const { clock, backend, journal } = await start();
    backend.readings.set("a", { availablePages: 150_000 });
    await clock.advance(5000);
    backend.readings.set("a", { ...backend.readings.get("a"), ...short });
    await clock.advance(150);
    expect(backend.targets.at(-1)).toEqual({ guest: "a", pages: 262_144 + 12_144 });
    expect(records(journal).at(-1)).toMatchObject({ decision: { reason: "emergency" }, applied: true });
  });

  it("waits for the step while the guard is off", async () => {
    const { clock, backend } = await start({ tunables: { guard: 0 } });
    await clock.advance(5000);
    backend.readings.set("a", { ...backend.readings.get("a"), ...short });
    await clock.advance(4900);
    expect(backend.targets).toHaveLength(1);
  });

  it("leaves all to the steps where they come as often", async () => {
    const { clock, backend, worker } = await start({ tunables: { selfballoon_interval: 1, guard_watch_ms: 1000 } });
    let looks = 0;
    const watch = backend.watch.bind(backend);
    backend.watch = (guest) => {
      looks += 1;
      return watch(guest);
    };
    await clock.advance(10_000);
    expect(looks).toBe(0);
    worker.change({ selfballoon_interval: "2" }, true);
    await clock.advance(10_000);
    expect(looks).toBe(10);
  });

  it("looks at each of very many guests less often, says so once, and keeps more headroom for it", async () => {
    const names = Array.from({ length: 300 }, (_, nth) => `guest-${nth}`);
    const { clock, backend, journal } = await start({ names });
    let looks = 0;
    const watch = backend.watch.bind(backend);
    backend.watch = (guest) => {
      looks += 1;
      return watch(guest);
    };
    const told: unknown[] = records(journal).flatMap((record) => (record.kind === "notice" ? [record.notice] : []));
    journal.subscribe((record) => void (record.kind === "notice" && told.push(record.notice)));
    await clock.advance(1000); // the first period is that of the guests found so far
    looks = 0;
    await clock.advance(9000);
    expect(looks).toBe(300 * 30);
    expect(told).toEqual([{ code: "watch_slowed", details: { guests: 300, watchMs: 300, wantedMs: 100 } }]);
    const [step] = records(journal).filter(({ kind }) => kind === "step");
    expect(step).toMatchObject({ tunables: { guard_watch_ms: 300 } });
  });

  it("does not count guests that it does not watch as too many", async () => {
    const names = Array.from({ length: 300 }, (_, nth) => `guest-${nth}`);
    const guestTunables = (guest: string): Partial<Tunables> => (guest === "guest-0" ? {} : { selfballooning: 0 });
    const { clock, worker, journal } = await start({ names, guestTunables });
    await clock.advance(10_000);
    expect(worker.guests()[0]?.tunables.guard_watch_ms).toBe(100);
    expect(records(journal).map(({ kind }) => kind)).not.toContain("notice");
  });

  it("begins when the guard is turned on, and asks once", async () => {
    const { clock, backend, worker } = await start({ tunables: { guard: 0 } });
    await clock.advance(5000);
    backend.readings.set("a", { ...backend.readings.get("a"), ...short });
    worker.change({ guard: "1" }, true);
    await clock.advance(1000);
    expect(backend.targets).toHaveLength(2);
  });

  it("leaves headroom for the fastest rise that it saw", async () => {
    const { clock, backend, journal } = await start();
    const readings = (availablePages: number) =>
      backend.readings.set("a", { ...backend.readings.get("a"), availablePages });
    readings(150_000);
    await clock.advance(5100);
    readings(90_000);
    await clock.advance(100);
    readings(150_000);
    await clock.advance(4800);
    const last = records(journal).at(-1);
    expect(last?.kind === "step" && last.decision.targetPages).toBeGreaterThanOrEqual(225_000 - (150_000 - 60_000));
  });
});
