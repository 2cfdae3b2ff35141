import { describe, expect, it } from "vitest";
import { selfballoonError } from "../../../src/core/errors.ts";
import type { HostRules } from "../../../src/core/host/rules.ts";
import { type GuestLimits, NO_LIMITS } from "../../../src/core/limits.ts";
import { createSettings } from "../../../src/core/settings.ts";
import type { Tunables } from "../../../src/core/tunables.ts";
import { BYTES_PER_MIB } from "../../../src/core/units.ts";
import { Journal } from "../../../src/daemon/journal.ts";
import { Worker } from "../../../src/daemon/worker.ts";
import { ScriptedBackend } from "../../support/scripted-backend.ts";
import { VirtualClock } from "../../support/virtual-clock.ts";

const MIB = 256;
const MAXIMUM_PAGES = 1024 * MIB;

interface Rig {
  readonly names?: readonly string[];
  readonly named?: readonly string[];
  readonly memoryMb?: number;
  readonly reserveMb?: number;
  readonly limits?: Readonly<Record<string, Partial<GuestLimits>>>;
  /** Guests that can't be read from the beginning. */
  readonly unreadable?: readonly string[];
  /** Guests that do not say how large they are either. */
  readonly unsized?: readonly string[];
}

/** A worker over guests of 1 GiB that share a host, on a virtual clock. */
async function start(rig: Rig) {
  const { names = ["a", "b"], named = names, memoryMb = 4096, reserveMb = 0, limits = {}, ...odd } = rig;
  const { unreadable = [], unsized = [] } = odd;
  const clock = new VirtualClock();
  const backend = new ScriptedBackend(...names);
  for (const name of unreadable) backend.faults.set(name, "fault");
  for (const name of names) backend.readings.set(name, { balloonMaxPages: MAXIMUM_PAGES });
  const size = backend.size.bind(backend);
  backend.size = async (guest) => {
    if (unsized.includes(guest)) throw selfballoonError("ERR_SOCKET", { path: guest, problem: "it says nothing" });
    return size(guest);
  };
  const uses = useMemory(backend);
  const journal = new Journal(1000, () => clock.wallMs());
  const settings = createSettings({ hasCompressedSwap: false, defaults: { selfballoon_reserved_mb: 1 } });
  const guestTunables = (guest: string): Partial<Tunables> => (named.includes(guest) ? {} : { selfballooning: 0 });
  const hostRules: HostRules = {
    budget: { memoryBytes: memoryMb * BYTES_PER_MIB, reserveBytes: reserveMb * BYTES_PER_MIB },
    terms: (guest) => ({ ...NO_LIMITS, ...limits[guest], isManaged: named.includes(guest) }),
  };
  const configured = { settings, sources: {}, guestTunables };
  const worker = new Worker({ description: "test", backend, clock, journal, dryRun: false, configured, hostRules });
  await worker.start();
  const say = (guest: string, readings: object): void => {
    backend.readings.set(guest, { ...backend.readings.get(guest), ...readings });
  };
  const hasMib = (guest: string): number => (backend.readings.get(guest)?.balloonCurrentPages ?? MAXIMUM_PAGES) / MIB;
  const decision = (guest: string) => worker.guests().find((status) => status.guest === guest)?.decision;
  return { clock, backend, journal, worker, uses, say, hasMib, decision };
}

/** Have guests use memory, 200 MiB each unless the map says otherwise: the rest of what they have is available. */
function useMemory(backend: ScriptedBackend): Map<string, number> {
  const usesMib = new Map<string, number>();
  const availablePages = (guest: string): number =>
    Math.max(0, (backend.readings.get(guest)?.totalramPages ?? 250_000) - (usesMib.get(guest) ?? 200) * MIB);
  const observe = backend.observe.bind(backend);
  backend.observe = async (guest) => {
    const { observation, notices } = await observe(guest);
    return { observation: { ...observation, availablePages: availablePages(guest) }, notices };
  };
  backend.watch = (guest) => ({ availablePages: availablePages(guest), totalramPages: null });
  return usesMib;
}

describe("a host's guests", () => {
  it("are only shown if the configuration does not name them, and go on being read", async () => {
    const { clock, backend, decision, say, worker } = await start({ named: ["a"] });
    await clock.advance(5000);
    say("b", { committedPages: 12_345 });
    await clock.advance(5000);
    expect(backend.targets.map(({ guest }) => guest)).not.toContain("b");
    expect(decision("b")).toMatchObject({ reason: "unmanaged", targetPages: null });
    expect(worker.guests()).toContainEqual(
      expect.objectContaining({ guest: "b", observation: expect.objectContaining({ committedPages: 12_345 }) }),
    );
  });

  it("are told about once, where those that are not ours alone have more than all may have", async () => {
    const { clock, journal, worker } = await start({ named: ["a"], memoryMb: 900 });
    await clock.advance(30_000);
    const told = journal.after(0).filter((record) => record.kind === "notice");
    expect(told).toMatchObject([{ guest: "*", notice: { code: "budget_exceeded", details: { capacityMib: 900 } } }]);
    expect(worker.host()).toMatchObject({ capacityBytes: 900 * BYTES_PER_MIB, freeBytes: 0, warnings: [{}] });
  });

  it("are warned of in the host's document while nobody knows how large they are", async () => {
    const { clock, backend, worker } = await start({ unreadable: ["b"], unsized: ["b"] });
    await clock.advance(10_000);
    const warning = { code: "size_unknown", details: { guests: 1 } };
    expect(worker.host()?.warnings).toEqual([warning]);
    backend.faults.delete("b");
    await clock.advance(10_000);
    expect(worker.host()?.warnings).toEqual([]);
  });

  it("are warned of there too where they are too many", async () => {
    const names = Array.from({ length: 4097 }, (_, nth) => `vm${nth}`);
    const { worker } = await start({ names, memoryMb: 8_000_000 });
    const warning = { code: "guests_left_out", details: { found: 4097, max: 4096 } };
    expect(worker.host()?.warnings).toEqual([warning]);
  });

  it("never get less than their min_mb nor more than their max_mb", async () => {
    const limits = { a: { minMb: 800 }, b: { maxMb: 300 } };
    const { clock, hasMib, say, uses } = await start({ limits });
    await clock.advance(200_000);
    expect(hasMib("a")).toBe(800);
    expect(hasMib("b")).toBeLessThanOrEqual(300);
    uses.set("b", 900);
    say("b", { committedPages: 2 ** 30 });
    await clock.advance(10_000);
    expect(hasMib("b")).toBe(300);
  });

  it("go straight to their share when the host has less than they have together", async () => {
    const { clock, hasMib } = await start({ memoryMb: 1500 });
    await clock.advance(10_000);
    expect(hasMib("a") + hasMib("b")).toBeLessThanOrEqual(1500);
  });

  it.each([
    ["as much as they want where they are protected and the others best effort", "best_effort", "protected", 500, 800],
    ["no more than the others where all are alike", "normal", "normal", -80, 80],
  ] as const)("have %s", async (_, first, second, minMib, maxMib) => {
    const limits = { a: { priority: first }, b: { priority: second } };
    const { clock, hasMib, say } = await start({ memoryMb: 1400, limits });
    for (const guest of ["a", "b"]) say(guest, { committedPages: 240_000 });
    await clock.advance(60_000);
    expect(hasMib("a") + hasMib("b")).toBeLessThanOrEqual(1400);
    const moreMib = hasMib("b") - hasMib("a");
    expect(moreMib).toBeGreaterThanOrEqual(minMib);
    expect(moreMib).toBeLessThanOrEqual(maxMib);
  });

  it("share by weight", async () => {
    const { clock, hasMib, say } = await start({ memoryMb: 1200, limits: { a: { weight: 3 } } });
    for (const guest of ["a", "b"]) say(guest, { committedPages: 200_000 });
    await clock.advance(60_000);
    expect(hasMib("a") + hasMib("b")).toBeLessThanOrEqual(1200);
    expect(hasMib("a")).toBeGreaterThan(1.5 * hasMib("b"));
  });

  it("are lowered at once when another waits for memory, and only then it is given", async () => {
    const { clock, backend, hasMib, say, decision } = await start({ memoryMb: 1100 });
    say("b", { committedPages: 200_000 });
    await clock.advance(120_000);
    const before = hasMib("a");
    say("b", { committedPages: 20_000 });
    say("a", { committedPages: 200_000 });
    const from = backend.targets.length;
    await clock.advance(10_100);
    const moves = backend.targets.slice(from).map(({ guest }) => guest);
    expect(moves.indexOf("b")).toBeLessThan(moves.indexOf("a"));
    expect(hasMib("a")).toBeGreaterThan(before);
    expect(hasMib("a") + hasMib("b")).toBeLessThanOrEqual(1100);
    expect(decision("a")?.clamps).not.toContain("floor");
  });

  it("take the reserve in an emergency only", async () => {
    const { clock, hasMib, say, uses } = await start({ memoryMb: 1000, reserveMb: 200 });
    for (const guest of ["a", "b"]) say(guest, { committedPages: 200_000 });
    await clock.advance(60_000);
    expect(hasMib("a") + hasMib("b")).toBeLessThanOrEqual(800);
    uses.set("a", hasMib("a") - 60);
    await clock.advance(200);
    const sumMib = hasMib("a") + hasMib("b");
    expect(sumMib).toBeGreaterThan(850);
    expect(sumMib).toBeLessThanOrEqual(1000);
  });

  it("yield what they hold out of caution alone when another runs short, but not what they use", async () => {
    const { clock, hasMib, uses, decision } = await start({ memoryMb: 1200 });
    await clock.advance(60_000);
    uses.set("a", hasMib("a") - 60);
    await clock.advance(1000);
    uses.set("a", 200);
    await clock.advance(8000);
    const held = hasMib("a");
    expect(decision("a")?.reason).toBe("emergency");
    uses.set("b", 700);
    await clock.advance(3000);
    expect(hasMib("a")).toBeLessThan(held);
    expect(hasMib("a")).toBeGreaterThan(200);
    expect(hasMib("b")).toBeGreaterThan(740);
    expect(hasMib("a") + hasMib("b")).toBeLessThanOrEqual(1200);
  });

  it("are counted with what they have while they can't be read", async () => {
    const { clock, backend, hasMib, say } = await start({ memoryMb: 1400 });
    await clock.advance(1);
    const hasB = hasMib("b");
    backend.faults.set("b", "fault");
    say("a", { committedPages: 260_000 });
    await clock.advance(10_000);
    expect(hasMib("a") + hasB).toBeLessThanOrEqual(1400);
  });

  it("are counted with what they have even if they could never be read", async () => {
    const { clock, backend, hasMib, say } = await start({ memoryMb: 1400, unreadable: ["b"] });
    say("a", { committedPages: 260_000 });
    await clock.advance(60_000);
    expect(hasMib("a")).toBeLessThanOrEqual(1400 - 1024);
    expect(backend.targets).not.toContainEqual({ guest: "b", pages: "full" });
  });

  it("are named at the end where they are managed and could be neither read nor asked", async () => {
    const { clock, backend, worker } = await start({
      names: ["a", "b", "c"],
      named: ["a", "b"],
      unreadable: ["b", "c"],
    });
    await clock.advance(10_000);
    const { size } = backend;
    backend.size = (guest) => (guest === "a" ? size.call(backend, guest) : Promise.reject(new Error("gone")));
    expect(await worker.stop({ keepTargets: false })).toMatchObject({
      given: [{ guest: "a" }],
      failed: [],
      unasked: ["b"],
    });
  });

  it("count with what they have while they are paused, and not with what they would come down to", async () => {
    const { clock, worker, hasMib, say } = await start({ names: ["a", "b", "c"], memoryMb: 1500 });
    const wants = (guest: string, committedPages: number): void => say(guest, { committedPages });
    wants("a", 200_000);
    wants("b", 200_000);
    await clock.advance(120_000);
    worker.pause(["a"]);
    wants("a", 10_000);
    const hasA = hasMib("a");
    wants("c", 200_000);
    await clock.advance(120_000);
    expect(hasMib("a")).toBe(hasA);
    expect(hasMib("c")).toBeGreaterThan(0.9 * ((1500 - hasA) / 2));
  });

  it("leave no account behind when they go in the middle of a step", async () => {
    const { clock, backend, worker, hasMib, say } = await start({ memoryMb: 1000 });
    for (const guest of ["a", "b"]) say(guest, { committedPages: 200_000 });
    worker.change({ selfballoon_interval: "6" }, true); // steps drift past the searches for guests, 5 s apart
    await clock.advance(56_000);
    const { observe } = backend;
    let dropped = false;
    backend.observe = async (guest) => {
      if (guest === "b") await new Promise<void>((resolve) => clock.after(1500, resolve));
      dropped ||= guest === "b" && !worker.guests().some((status) => status.guest === "b");
      return observe(guest);
    };
    backend.names.delete("b");
    await clock.advance(40_000);
    expect(dropped, "b was dropped while it was being read").toBe(true);
    expect(hasMib("a")).toBeGreaterThan(750);
  });

  it("make room for the others when they are gone", async () => {
    const { clock, backend, hasMib, say } = await start({ memoryMb: 1000 });
    for (const guest of ["a", "b"]) say(guest, { committedPages: 200_000 });
    await clock.advance(60_000);
    expect(hasMib("a")).toBeLessThan(700);
    backend.names.delete("b");
    await clock.advance(20_000);
    expect(hasMib("a")).toBeGreaterThan(750);
  });

  it("get no more than the host has, when nobody can read them", async () => {
    const { clock, backend, hasMib } = await start({ memoryMb: 1000, limits: { a: { maxMb: 600 } } });
    await clock.advance(60_000);
    backend.faults.set("a", "hang");
    await clock.advance(60_000);
    expect(hasMib("a")).toBeLessThanOrEqual(600);
    expect(hasMib("a") + hasMib("b")).toBeLessThanOrEqual(1000);
    expect(backend.targets).not.toContainEqual({ guest: "a", pages: "full" });
  });
});

describe("a guest that nobody can read on a full host", () => {
  it("is given its part, which is told, and the rest of its memory as soon as the host has it", async () => {
    const { clock, backend, journal, hasMib, say } = await start({ memoryMb: 1100 });
    for (const guest of ["a", "b"]) say(guest, { committedPages: 200_000 });
    await clock.advance(60_000);
    backend.faults.set("a", "hang");
    await clock.advance(60_000);
    expect(hasMib("a")).toBeLessThan(700);
    const told = { code: "failed_open_in_part", details: expect.objectContaining({ ofMib: 1024 }) };
    expect(journal.after(0)).toContainEqual(expect.objectContaining({ guest: "a", notice: told }));
    backend.names.delete("b");
    await clock.advance(30_000);
    expect(hasMib("a")).toBe(1024);
  });
});

describe("a guest whose balloon frees nothing on its host", () => {
  it("is taken no more from, once that is certain, and that is told once", async () => {
    const { clock, backend, journal, hasMib, say } = await start({ names: ["a"], limits: { a: { minMb: 600 } } });
    const observe = backend.observe.bind(backend);
    backend.observe = async (guest) => ({ ...(await observe(guest)), rssBytes: 2048 * BYTES_PER_MIB });
    await clock.advance(120_000);
    say("a", { totalramPages: 700 * MIB, balloonCurrentPages: 700 * MIB });
    await clock.advance(600_000);
    expect(hasMib("a")).toBeGreaterThan(650);
    const notices = journal.after(0).flatMap((record) => (record.kind === "notice" ? [record.notice.code] : []));
    expect(notices).toEqual(["no_effect"]);
  });
});

describe("a guest that does not run", () => {
  async function startWith(state: string) {
    const rig = await start({ names: ["a"] });
    await rig.clock.advance(20_000);
    rig.backend.observe = () => Promise.reject(selfballoonError("ERR_GUEST_LEFT_ALONE", { guest: "a", state }));
    return rig;
  }

  it("is given all its memory at once when it restarts, and is told to be restarting once", async () => {
    const { clock, backend, journal, uses } = await startWith("restarting");
    uses.set("a", 1024);
    await clock.advance(1000);
    expect(backend.targets.filter(({ pages }) => pages === "full")).toHaveLength(1);
    await clock.advance(30_000);
    expect(backend.targets.filter(({ pages }) => pages === "full")).toHaveLength(1);
    const notices = journal.after(0).flatMap((record) => (record.kind === "notice" ? [record.notice.code] : []));
    expect(notices).toEqual(["restarts"]);
  });

  it.each(["paused", "migrating"])("is left alone while it is %s", async (state) => {
    const { clock, backend } = await startWith(state);
    const moves = backend.targets.length;
    await clock.advance(120_000);
    expect(backend.targets).toHaveLength(moves);
  });
});
