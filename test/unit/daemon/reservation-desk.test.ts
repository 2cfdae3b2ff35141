import { describe, expect, it } from "vitest";
import type { ReservationWish } from "../../../src/core/control.ts";
import type { KeptReservation } from "../../../src/core/host/reservation.ts";
import { NO_LIMITS } from "../../../src/core/limits.ts";
import { createSettings } from "../../../src/core/settings.ts";
import { BYTES_PER_MIB } from "../../../src/core/units.ts";
import { Journal } from "../../../src/daemon/journal.ts";
import { Worker } from "../../../src/daemon/worker.ts";
import { ScriptedBackend } from "../../support/scripted-backend.ts";
import { VirtualClock } from "../../support/virtual-clock.ts";

const MIB = 256;
const GUEST_MIB = 1024;
const NAMES = ["a", "b"];

interface Rig {
  readonly memoryMib?: number;
  readonly overcommit?: number;
  readonly managed?: readonly string[];
  readonly kept?: readonly KeptReservation[];
  readonly isShared?: boolean;
  /** Only what was kept is there: nobody has looked for guests yet. */
  readonly isNew?: boolean;
}

/** Two guests of 1 GiB that have all of it, use 300 MiB and want all, on a host that has just what they have. */
async function start(rig: Rig = {}) {
  const { memoryMib = NAMES.length * GUEST_MIB, overcommit, managed = [...NAMES, "new"], isShared = true } = rig;
  const clock = new VirtualClock();
  const backend = new ScriptedBackend(...NAMES);
  const usesMib = new Map(NAMES.map((name) => [name, 300]));
  for (const name of NAMES) place(backend, name, GUEST_MIB);
  const observe = backend.observe.bind(backend);
  backend.observe = async (guest) => {
    const { observation, notices } = await observe(guest);
    const availablePages = (observation.totalramPages ?? 0) - (usesMib.get(guest) ?? 0) * MIB;
    return { observation: { ...observation, availablePages }, notices };
  };
  const journal = new Journal(1000, () => clock.wallMs());
  const settings = createSettings({ hasCompressedSwap: false, defaults: { selfballoon_reserved_mb: 1 } });
  const store = { saved: [] as readonly KeptReservation[], isFull: false };
  const worker = new Worker({
    ...{ description: "test", backend, clock, journal, dryRun: false },
    configured: { settings, sources: {}, guestTunables: () => ({}) },
    hostRules: isShared
      ? {
          budget: { memoryBytes: memoryMib * BYTES_PER_MIB, reserveBytes: 0 },
          ...(overcommit === undefined ? {} : { overcommit }),
          terms: (guest) => ({ ...NO_LIMITS, isManaged: managed.includes(guest) }),
        }
      : null,
    reservationStore: {
      load: () => rig.kept ?? [],
      save: (kept) => {
        if (!store.isFull) store.saved = kept;
        return !store.isFull;
      },
    },
  });
  worker.restore();
  if (!rig.isNew) {
    await worker.start();
    await clock.advance(6000);
  }
  const hasMib = (name: string): number => (backend.readings.get(name)?.balloonCurrentPages ?? 0) / MIB;
  const reserve = (mib: number, wish: Partial<ReservationWish> = {}, gone?: AbortSignal) => {
    const usual = { guest: null, bytes: mib * BYTES_PER_MIB, waitMs: 5000, lifeMs: 60_000, isKept: false };
    return worker.reserve({ ...usual, ...wish }, gone);
  };
  return { clock, backend, journal, worker, usesMib, store, hasMib, reserve };
}

function place(backend: ScriptedBackend, name: string, mib: number): void {
  const pages = mib * MIB;
  const sizes = { totalramPages: pages, balloonCurrentPages: pages, balloonMaxPages: pages, maxPfn: pages };
  // All that it has is committed: the law alone would leave it all of it.
  backend.readings.set(name, { ...sizes, committedPages: pages });
}

describe("memory that is reserved", () => {
  it("is taken from guests that want all they have, no more than is needed, before the answer", async () => {
    const { clock, hasMib, reserve } = await start();
    expect([hasMib("a"), hasMib("b")]).toEqual([GUEST_MIB, GUEST_MIB]);
    const answer = reserve(400);
    await clock.advance(2000);
    expect(await answer).toMatchObject({ reservation: { bytes: 400 * BYTES_PER_MIB, isMet: true } });
    const sumMib = hasMib("a") + hasMib("b");
    expect(sumMib).toBeLessThanOrEqual(2 * GUEST_MIB - 400);
    expect(sumMib).toBeGreaterThan(2 * GUEST_MIB - 410);
  });

  it("is given to nobody while it is kept, and is again when it is over", async () => {
    const { clock, hasMib, reserve, worker, store } = await start();
    const answer = reserve(400, { lifeMs: 30_000 });
    await clock.advance(25_000);
    await answer;
    expect(hasMib("a") + hasMib("b")).toBeLessThanOrEqual(2 * GUEST_MIB - 400);
    expect(worker.host()).toMatchObject({ reservedBytes: 400 * BYTES_PER_MIB });
    expect(store.saved).toHaveLength(1);
    await clock.advance(60_000);
    expect(worker.reservations()).toEqual([]);
    expect(store.saved).toEqual([]);
    expect(hasMib("a") + hasMib("b")).toBeGreaterThan(2 * GUEST_MIB - 100);
  });

  it("is refused where it can't be kept over a restart, if somebody counts on that", async () => {
    const { reserve, store, worker, clock } = await start();
    store.isFull = true;
    await expect(reserve(100, { isDurable: true })).rejects.toMatchObject({ code: "ERR_RESERVATION_UNKEPT" });
    expect(worker.reservations()).toEqual([]);
    const answer = reserve(100);
    await clock.advance(2000);
    expect(await answer).toMatchObject({ reservation: { isMet: true } });
  });

  it("is refused at once where guests can't give so much: it says which keep what and why, and takes nothing", async () => {
    const { hasMib, reserve, usesMib, clock, worker, backend } = await start({ managed: ["a"] });
    usesMib.set("a", 900);
    await clock.advance(6000);
    const moves = backend.targets.length;
    await expect(reserve(400)).rejects.toMatchObject({
      code: "ERR_RESERVATION_UNMET",
      details: {
        mib: 400,
        freeMib: 0,
        refusals: [
          expect.stringMatching(/^a gives \d+ of 1024 MiB: Memory that is in use stays/),
          expect.stringMatching(/^b gives 0 of 1024 MiB: .*under \[guests\]/),
        ],
      },
    });
    await clock.advance(20_000);
    expect(backend.targets).toHaveLength(moves);
    expect([hasMib("a"), hasMib("b")]).toEqual([GUEST_MIB, GUEST_MIB]);
    expect(worker.reservations()).toEqual([]);
  });

  it("is withdrawn where guests did not follow in time, and they have theirs back", async () => {
    const { clock, backend, hasMib, reserve, worker } = await start();
    for (const name of NAMES) backend.slow.add(name);
    const answer = expect(reserve(400, { waitMs: 3000 })).rejects.toMatchObject({ code: "ERR_RESERVATION_LATE" });
    await clock.advance(4000);
    await answer;
    backend.slow.clear();
    await clock.advance(60_000);
    expect([hasMib("a"), hasMib("b")]).toEqual([GUEST_MIB, GUEST_MIB]);
    expect(worker.reservations()).toEqual([]);
  });

  it("says, where it was not free in time, how much was", async () => {
    const { clock, backend, reserve } = await start({ memoryMib: 2 * GUEST_MIB + 200 });
    for (const name of NAMES) backend.slow.add(name);
    const answer = expect(reserve(400, { waitMs: 3000 })).rejects.toMatchObject({
      details: { mib: 400, freeMib: 200 },
    });
    await clock.advance(4000);
    await answer;
  });

  it("is no reason to live on for a daemon that ends, and is kept for the next", async () => {
    const { clock, backend, journal, reserve, worker, store } = await start();
    const held = reserve(100);
    await clock.advance(2000);
    await held;
    for (const name of NAMES) backend.slow.add(name);
    const late = expect(reserve(300, { waitMs: 30_000 })).rejects.toMatchObject({ code: "ERR_RESERVATION_LATE" });
    await worker.stop({ keepTargets: true });
    await late;
    const records = journal.after(0);
    await clock.advance(600_000);
    expect(journal.after(0)).toEqual(records);
    expect(store.saved).toMatchObject([{ bytes: 100 * BYTES_PER_MIB }]);
  });

  it("ends when the guest that it is for is there and has it", async () => {
    const { clock, backend, journal, reserve, worker, hasMib } = await start();
    const answer = reserve(400, { guest: "new" });
    await clock.advance(2000);
    await answer;
    place(backend, "new", 400);
    backend.names.add("new");
    await clock.advance(10_000);
    expect(worker.reservations()).toEqual([]);
    expect(journal.after(0)).toContainEqual(
      expect.objectContaining({ guest: "new", notice: { code: "reservation_taken", details: { mib: 400 } } }),
    );
    expect(hasMib("a") + hasMib("b") + hasMib("new")).toBeLessThanOrEqual(2 * GUEST_MIB);
  });

  it("is not taken by a guest of that name that was there before, but by the next one", async () => {
    const { clock, backend, reserve, worker } = await start();
    const answer = reserve(400, { guest: "b" });
    await clock.advance(3000);
    await answer;
    expect(worker.reservations()).toMatchObject([{ guest: "b", takenBytes: 0 }]);
    backend.names.delete("b");
    await clock.advance(6000);
    place(backend, "b", 400);
    backend.names.add("b");
    await clock.advance(6000);
    expect(worker.reservations()).toEqual([]);
  });

  it("is taken by the next guest of that name also where the one before has only just ended", async () => {
    const { clock, backend, reserve, worker } = await start();
    backend.names.delete("b");
    const answer = reserve(400, { guest: "b" });
    await clock.advance(100);
    await answer;
    place(backend, "b", 400);
    backend.names.add("b");
    expect(worker.reservations()).toMatchObject([{ guest: "b", takenBytes: 0 }]);
    await clock.advance(6000);
    expect(worker.reservations()).toEqual([]);
  });

  it.each([false, true])("is withdrawn once nobody waits for it, unless it was to be kept: %s", async (isKept) => {
    const { clock, usesMib, reserve, worker } = await start();
    const gone = new AbortController();
    const answer = reserve(400, { isKept }, gone.signal).catch(({ code }: { code: string }) => code);
    // They need all of it before they have given any.
    for (const name of NAMES) usesMib.set(name, GUEST_MIB);
    await clock.advance(1000);
    expect(worker.reservations()).toMatchObject([{ isMet: false }]);
    gone.abort();
    expect(worker.reservations()).toHaveLength(isKept ? 1 : 0);
    await clock.advance(6000);
    expect(await answer).toBe(isKept ? "ERR_RESERVATION_LATE" : "ERR_RESERVATION_UNKNOWN");
  });

  it("is reserved once for a guest, however often it is asked for", async () => {
    const { clock, reserve, worker } = await start();
    for (const mib of [400, 300]) {
      const answer = reserve(mib, { guest: "new" });
      await clock.advance(3000);
      await answer;
    }
    expect(worker.reservations()).toMatchObject([{ guest: "new", bytes: 300 * BYTES_PER_MIB }]);
    expect(worker.host()?.reservedBytes).toBe(300 * BYTES_PER_MIB);
  });

  it("is kept over a restart of the daemon for as long as it had left, and pursued again", async () => {
    const expiresAtMs = new VirtualClock().wallMs() + 40_000;
    const kept = [{ id: "0123abcd", guest: "new", bytes: 400 * BYTES_PER_MIB, expiresAtMs }];
    const { clock, worker, hasMib } = await start({ kept });
    await clock.advance(6000);
    expect(worker.reservations()).toMatchObject([{ id: "0123abcd", guest: "new", isMet: true, expiresAtMs }]);
    expect(hasMib("a") + hasMib("b")).toBeLessThanOrEqual(2 * GUEST_MIB - 400);
    await clock.advance(40_000);
    expect(worker.reservations()).toEqual([]);
  });

  it("is there for whoever asks before the daemon has found its guests, and another takes nothing of it", async () => {
    const expiresAtMs = new VirtualClock().wallMs() + 40_000;
    const kept = [{ id: "0123abcd", guest: "new", bytes: 400 * BYTES_PER_MIB, expiresAtMs }];
    const { worker, clock, reserve, store } = await start({ kept, isNew: true, memoryMib: 4096 });
    expect(worker.reservations()).toMatchObject([{ id: "0123abcd", guest: "new" }]);
    const answer = reserve(100);
    await clock.advance(100);
    await answer;
    expect(store.saved).toMatchObject([{ id: "0123abcd" }, { bytes: 100 * BYTES_PER_MIB }]);
  });

  it("is not taken for free before it is known what the guests have", async () => {
    const { reserve, clock } = await start({ isNew: true });
    const answer = reserve(1000, { waitMs: 60_000 }).catch((thrown: unknown) => thrown);
    await clock.advance(100);
    await clock.advance(6000);
    expect(await answer).toMatchObject({ code: "ERR_RESERVATION_UNMET", details: { freeMib: 0 } });
  });

  it("waits for the first readings of guests rather than be refused for want of them", async () => {
    const { reserve, clock, worker, hasMib } = await start({ isNew: true });
    const answer = reserve(400, { waitMs: 20_000 });
    await clock.advance(100);
    await worker.start();
    await clock.advance(20_000);
    expect(await answer).toMatchObject({ reservation: { bytes: 400 * BYTES_PER_MIB, isMet: true } });
    expect(hasMib("a") + hasMib("b")).toBeLessThanOrEqual(2 * GUEST_MIB - 400);
  });

  it("is made once for a guest by those who ask for the first, though they ask at the same time", async () => {
    const { reserve, clock, worker } = await start({ memoryMib: 4096 });
    const answers = [0, 1].map(() =>
      reserve(100, { guest: "new", isFirst: true }).then(
        ({ reservation }) => reservation?.id,
        ({ code }: { code: string }) => code,
      ),
    );
    await clock.advance(100);
    const [first, second] = await Promise.all(answers);
    expect(second).toBe("ERR_RESERVATION_EXISTS");
    expect(worker.reservations()).toMatchObject([{ id: first, guest: "new" }]);
  });

  it("may be withdrawn, once", async () => {
    const { clock, reserve, worker } = await start();
    const answer = reserve(100);
    await clock.advance(2000);
    const id = (await answer).reservation?.id ?? "";
    expect(worker.withdraw(id)).toMatchObject({ id });
    expect(() => worker.withdraw(id)).toThrow(expect.objectContaining({ code: "ERR_RESERVATION_UNKNOWN" }));
  });

  it("is refused where no host is shared, and above the over-commit that is allowed", async () => {
    const alone = await start({ isShared: false });
    await expect(alone.reserve(1)).rejects.toMatchObject({ code: "ERR_NO_SHARED_HOST" });
    const { reserve } = await start({ overcommit: 1.1 });
    await expect(reserve(300)).rejects.toMatchObject({ code: "ERR_OVERCOMMIT" });
  });
});
