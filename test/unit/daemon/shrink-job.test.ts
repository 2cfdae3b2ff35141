import { describe, expect, it } from "vitest";
import type { Cancellation } from "../../../src/core/backend.ts";
import { selfballoonError } from "../../../src/core/errors.ts";
import { createSettings } from "../../../src/core/settings.ts";
import type { ShrinkLimits, ShrinkOutcome, SwapShrinker } from "../../../src/core/swap-shrinker.ts";
import { Journal } from "../../../src/daemon/journal.ts";
import { Worker } from "../../../src/daemon/worker.ts";
import { ScriptedBackend } from "../../support/scripted-backend.ts";
import { VirtualClock } from "../../support/virtual-clock.ts";

const INTERVAL_MS = 5000;

/** A shrinker that records what it is asked, and goes on until it is told how it ended or is cancelled. */
class ScriptedShrinker implements SwapShrinker {
  readonly asked: { readonly targetPages: number; readonly limits: ShrinkLimits; readonly atMs: number }[] = [];
  underWay = 0;
  maxAtOnce = 0;
  answer: "at once" | "when cancelled" | "fault" = "at once";
  outcome: Partial<ShrinkOutcome> = {};
  private readonly clock: VirtualClock;

  constructor(clock: VirtualClock) {
    this.clock = clock;
  }

  async shrink(targetPages: number, _: number, limits: ShrinkLimits, cancellation: Cancellation) {
    this.asked.push({ targetPages, limits, atMs: this.clock.nowMs() });
    if (this.answer === "fault") throw selfballoonError("ERR_FILE_MISSING", { path: "/proc/meminfo", problem: "gone" });
    this.underWay += 1;
    this.maxAtOnce = Math.max(this.maxAtOnce, this.underWay);
    if (this.answer === "when cancelled")
      await new Promise<void>((resolve) => cancellation.addEventListener("abort", resolve, { once: true }));
    this.underWay -= 1;
    const outcome: ShrinkOutcome = {
      startPages: 1000,
      leftPages: 950,
      freedPages: 50,
      touchedPages: 50,
      skippedProcesses: 0,
      cpuMs: 1,
      end: "reached",
    };
    return { ...outcome, ...this.outcome };
  }
}

async function start({ dryRun = false } = {}) {
  const clock = new VirtualClock();
  const backend = new ScriptedBackend("a");
  backend.readings.set("a", { frontswapPages: 1000 });
  const journal = new Journal(100, () => clock.wallMs());
  const settings = createSettings({ hasCompressedSwap: true, defaults: {} });
  const swapShrinker = new ScriptedShrinker(clock);
  const configured = { settings, sources: {}, guestTunables: () => ({}) };
  const worker = new Worker({ description: "test", backend, clock, journal, dryRun, configured, swapShrinker });
  await worker.start();
  const shrinks = () => journal.after(0).filter(({ kind }) => kind === "shrink");
  return { clock, backend, journal, worker, swapShrinker, shrinks };
}

describe("bringing pages back", () => {
  it("begins after three quiet steps, and then follows every step with what it decided", async () => {
    const { clock, swapShrinker, shrinks } = await start();
    await clock.advance(3 * INTERVAL_MS);
    expect(swapShrinker.asked).toEqual([]);
    await clock.advance(2 * INTERVAL_MS);
    expect(swapShrinker.asked).toMatchObject([{ targetPages: 950 }, { targetPages: 950 }]);
    expect(shrinks()).toMatchObject([
      { guest: "a", targetPages: 950, freedPages: 50, end: "reached" },
      { guest: "a", targetPages: 950, freedPages: 50, end: "reached" },
    ]);
  });

  it("is given the guard's headroom, its share of a processor, and less time than the interval", async () => {
    const { clock, swapShrinker } = await start();
    await clock.advance(4 * INTERVAL_MS);
    expect(swapShrinker.asked[0]?.limits).toEqual({ headroomPages: 64 * 256, cpuPercent: 5, deadlineMs: 4500 });
  });

  it("ends when the next step begins, so that two never overlap, and delays no step", async () => {
    const { clock, swapShrinker } = await start();
    swapShrinker.answer = "when cancelled";
    await clock.advance(8 * INTERVAL_MS);
    expect(swapShrinker.maxAtOnce).toBe(1);
    expect(swapShrinker.asked.map(({ atMs }) => atMs / INTERVAL_MS)).toEqual([4, 5, 6, 7, 8]);
  });

  it("ends when the daemon does, before memory is given back", async () => {
    const { clock, swapShrinker, worker, backend } = await start();
    swapShrinker.answer = "when cancelled";
    await clock.advance(4 * INTERVAL_MS);
    expect(swapShrinker.underWay).toBe(1);
    await worker.stop({ keepTargets: false });
    expect(swapShrinker.underWay).toBe(0);
    expect(backend.targets.at(-1)).toEqual({ guest: "a", pages: "full" });
  });

  it("does nothing in a dry run", async () => {
    const { clock, swapShrinker } = await start({ dryRun: true });
    await clock.advance(8 * INTERVAL_MS);
    expect(swapShrinker.asked).toEqual([]);
  });

  it("does nothing while self-shrinking is off", async () => {
    const { clock, swapShrinker, worker } = await start();
    worker.change({ frontswap_selfshrinking: "0" }, true);
    await clock.advance(8 * INTERVAL_MS);
    expect(swapShrinker.asked).toEqual([]);
  });

  it("tells a fault once, and goes on", async () => {
    const { clock, swapShrinker, journal } = await start();
    swapShrinker.answer = "fault";
    await clock.advance(5 * INTERVAL_MS);
    expect(swapShrinker.asked).toHaveLength(2);
    expect(journal.after(0).filter(({ kind }) => kind === "fault")).toMatchObject([{ code: "ERR_FILE_MISSING" }]);
  });

  it("tells once that nothing can be brought back, and nothing of runs that were left out", async () => {
    const { clock, swapShrinker, shrinks } = await start();
    swapShrinker.outcome = { freedPages: 0, touchedPages: 0, end: "unreachable" };
    await clock.advance(6 * INTERVAL_MS);
    swapShrinker.outcome = { freedPages: 0, touchedPages: 0, end: "resting" };
    await clock.advance(2 * INTERVAL_MS);
    expect(swapShrinker.asked).toHaveLength(5);
    expect(shrinks()).toMatchObject([{ end: "unreachable" }]);
  });
});
