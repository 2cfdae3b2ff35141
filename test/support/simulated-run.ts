import { createSimulatedBackend } from "../../src/backends/simulated/backend.ts";
import type { Safety } from "../../src/core/guard/names.ts";
import type { JournalRecord, StepRecord } from "../../src/core/journal-record.ts";
import type { Policy } from "../../src/core/policy.ts";
import { createSettings } from "../../src/core/settings.ts";
import type { Tunables } from "../../src/core/tunables.ts";
import { Journal } from "../../src/daemon/journal.ts";
import { Worker } from "../../src/daemon/worker.ts";
import { createSimHost, type GuestSpec } from "../../src/sim/host.ts";
import type { GuestScore } from "../../src/sim/score.ts";
import { VirtualClock } from "./virtual-clock.ts";

/** What came of a run. */
export interface SimulatedRun {
  readonly score: GuestScore;
  readonly steps: readonly StepRecord[];
  /** All that the journal tells besides the steps. */
  readonly told: readonly JournalRecord[];
}

/** The real worker, law and guard, on a simulated guest and a virtual clock. */
export async function runSimulated(
  spec: Omit<GuestSpec, "name">,
  seconds: number,
  options: { readonly tunables?: Partial<Tunables>; readonly without?: Safety; readonly policy?: Policy } = {},
): Promise<SimulatedRun> {
  const clock = new VirtualClock();
  const host = createSimHost({ guests: [{ ...spec, name: "guest" }] });
  const backend = await createSimulatedBackend({ nowMs: () => clock.nowMs(), host }).open();
  const journal = new Journal(100_000, () => clock.wallMs());
  const settings = createSettings({ hasCompressedSwap: true, defaults: options.tunables ?? {} });
  const worker = new Worker({
    description: "scenario",
    backend,
    clock,
    journal,
    dryRun: false,
    configured: { settings, sources: {}, guestTunables: () => ({}) },
    policy: options.policy ?? "driver",
    ...(options.without === undefined ? {} : { without: new Set([options.without]) }),
  });
  await worker.start();
  await clock.advance(seconds * 1000);
  await backend.observe("guest", new AbortController().signal);
  const records = journal.after(0);
  return {
    score: host.score("guest"),
    steps: records.flatMap((record) => (record.kind === "step" ? [record] : [])),
    told: records.filter(({ kind }) => kind !== "step"),
  };
}
