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
