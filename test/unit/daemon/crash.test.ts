import { expect, it } from "vitest";
import type { Reading } from "../../../src/core/backend.ts";
import { createSettings } from "../../../src/core/settings.ts";
import { Journal } from "../../../src/daemon/journal.ts";
import { Worker } from "../../../src/daemon/worker.ts";
import { ScriptedBackend } from "../../support/scripted-backend.ts";
import { VirtualClock } from "../../support/virtual-clock.ts";

it("memory is given back to every guest though a step ended in a bug", async () => {
  const clock = new VirtualClock();
  const backend = new ScriptedBackend("a", "b");
  const journal = new Journal(100, () => clock.wallMs());
  const configured = { settings: createSettings({ hasCompressedSwap: true }), sources: {}, guestTunables: () => ({}) };
  const worker = new Worker({ description: "test", backend, clock, journal, dryRun: false, configured });
  await worker.start();
  let crash = (_: Error): void => {};
  const observe = backend.observe.bind(backend);
  backend.observe = (guest) =>
    guest === "b"
      ? observe(guest)
      : new Promise<Reading>((_, reject) => {
          crash = reject;
        });
  await clock.advance(5000);
  const stopped = worker.stop({ keepTargets: false });
  crash(new TypeError("undefined is not a function"));
  await stopped;
  expect(backend.targets).toContainEqual({ guest: "a", pages: "full" });
  expect(backend.targets).toContainEqual({ guest: "b", pages: "full" });
  expect(backend.closed).toBe(true);
});

it("a bug in one guest's path costs that guest alone, and is over when it no longer happens", async () => {
  const clock = new VirtualClock();
  const backend = new ScriptedBackend("a", "b");
  const journal = new Journal(100, () => clock.wallMs());
  const configured = { settings: createSettings({ hasCompressedSwap: true }), sources: {}, guestTunables: () => ({}) };
  const worker = new Worker({ description: "test", backend, clock, journal, dryRun: false, configured });
  await worker.start();
  backend.faults.set("a", "bug");
  await clock.advance(10_000);
  expect(worker.guests()).toMatchObject([
    { guest: "a", state: "unreadable", problem: { code: "ERR_INTERNAL" } },
    { guest: "b", state: "armed", problem: null },
  ]);
  expect(backend.targets.map(({ guest }) => guest)).toEqual(["b", "b"]);
  expect(journal.after(0)).toContainEqual(expect.objectContaining({ kind: "fault", guest: "a", code: "ERR_INTERNAL" }));
  backend.faults.clear();
  await clock.advance(5000);
  expect(worker.guests()[0]).toMatchObject({ state: "armed", problem: null });
});
