import { describe, expect, it } from "vitest";
import { createSettings } from "../../../src/core/settings.ts";
import { Journal } from "../../../src/daemon/journal.ts";
import { Worker } from "../../../src/daemon/worker.ts";
import { ScriptedBackend } from "../../support/scripted-backend.ts";
import { VirtualClock } from "../../support/virtual-clock.ts";

async function start() {
  const clock = new VirtualClock();
  const backend = new ScriptedBackend("a", "b");
  const journal = new Journal(1000, () => clock.wallMs());
  const settings = createSettings({ hasCompressedSwap: true, defaults: { selfballoon_reserved_mb: 1 } });
  const configured = { settings, sources: {}, guestTunables: () => ({}) };
  const worker = new Worker({ description: "test", backend, clock, journal, dryRun: false, configured });
  await worker.start();
  await clock.advance(5000);
  const held = () =>
    worker
      .guests()
      .map(({ paused, released }) => (paused ? "p" : released ? "r" : "-"))
      .join("");
  const movedSince = (from: number) => new Set(backend.targets.slice(from).map(({ guest }) => guest));
  return { clock, backend, journal, worker, held, movedSince };
}

describe("hands on the wheel", () => {
  it("release one guest, which keeps its memory while the others go on, until it is resumed", async () => {
    const { clock, backend, worker, held, movedSince } = await start();
    expect(await worker.release(["a"])).toEqual([{ guest: "a", bytes: null, ofBytes: null, isAll: true }]);
    expect(held()).toBe("r-");
    const from = backend.targets.length;
    await clock.advance(20_000);
    expect(movedSince(from)).toEqual(new Set(["b"]));
    expect(worker.tunables()).toContainEqual(expect.objectContaining({ name: "selfballooning", value: 1 }));
    worker.resume(["a"]);
    await clock.advance(10_000);
    expect(movedSince(from)).toEqual(new Set(["a", "b"]));
  });

  it("pause all guests, also those that come, and say so", async () => {
    const { clock, backend, worker, held, movedSince } = await start();
    worker.pause(null);
    expect(worker.describe()).toBe("test; all guests are paused until they are resumed");
    backend.names.add("late");
    const from = backend.targets.length;
    await clock.advance(20_000);
    expect(held()).toBe("ppp");
    expect(movedSince(from)).toEqual(new Set());
    worker.resume(["late"]);
    await clock.advance(10_000);
    expect([held(), movedSince(from)]).toEqual(["pp-", new Set(["late"])]);
    worker.resume(null);
    expect([held(), worker.describe()]).toEqual(["---", "test"]);
  });

  it("change nothing of anybody where one name is unknown", async () => {
    const { worker, held, journal } = await start();
    for (const order of [() => worker.pause(["a", "nobody"]), () => worker.resume(["nobody"])])
      expect(order).toThrow(expect.objectContaining({ code: "ERR_GUEST_UNKNOWN" }));
    await expect(worker.release(["a", "nobody"])).rejects.toMatchObject({ code: "ERR_GUEST_UNKNOWN" });
    expect(held()).toBe("--");
    expect(journal.after(0).map(({ kind }) => kind)).not.toContain("pause");
  });

  it("are in the journal once for each change of a guest", async () => {
    const { worker, journal } = await start();
    worker.pause(["a"]);
    worker.pause(["a"]);
    await worker.release(null);
    worker.resume(["b"]);
    const told = journal.after(0).flatMap((record) => (record.kind === "pause" ? [record] : []));
    expect(told.map(({ guest, paused, released }) => [guest, paused, released])).toEqual([
      ["a", true, false],
      ["a", false, true],
      ["b", false, true],
      ["b", false, false],
    ]);
  });
});
