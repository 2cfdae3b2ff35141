import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { NO_LIMITS } from "../../../src/core/limits.ts";
import { createSettings } from "../../../src/core/settings.ts";
import { BYTES_PER_MIB } from "../../../src/core/units.ts";
import { Journal } from "../../../src/daemon/journal.ts";
import { runDaemon } from "../../../src/daemon/lifecycle.ts";
import type { Logger } from "../../../src/daemon/logger.ts";
import { Worker } from "../../../src/daemon/worker.ts";
import { ScriptedBackend } from "../../support/scripted-backend.ts";
import { VirtualClock } from "../../support/virtual-clock.ts";

const WATCHDOG_MS = 15_000;
const settings = createSettings({ hasCompressedSwap: false, defaults: {} });

describe("a daemon's life", () => {
  /** What would be heard of the process, which is vitest's own here. */
  let heard: Map<string | symbol, () => void>;
  let exits: unknown[];

  beforeEach(() => {
    heard = new Map();
    exits = [];
    vi.spyOn(process, "on").mockImplementation((event, listener) => {
      heard.set(event, listener);
      return process;
    });
    for (const stream of [process.stdout, process.stderr]) vi.spyOn(stream, "on").mockReturnValue(stream);
    vi.spyOn(process, "exit").mockImplementation((code) => {
      exits.push(code);
      return undefined as never; // what is to end goes on here
    });
  });

  afterEach(() => vi.restoreAllMocks());

  async function start() {
    const clock = new VirtualClock();
    const journal = new Journal(100, () => clock.wallMs());
    const configured = { settings, sources: {}, guestTunables: () => ({}) };
    const budget = { memoryBytes: 4096 * BYTES_PER_MIB, reserveBytes: 0 };
    const hostRules = { budget, terms: () => ({ ...NO_LIMITS, isManaged: true }) };
    const backend = new ScriptedBackend("a");
    const worker = new Worker({ description: "test", backend, clock, journal, dryRun: false, configured, hostRules });
    const said: string[] = [];
    const say = (msg: string): void => void said.push(msg);
    const logger: Logger = { info: say, warn: say, error: say };
    const alive = vi.fn();
    const notifier = { ready: () => {}, reloading: () => {}, stopping: () => {}, alive, watchdogMs: WATCHDOG_MS };
    const nothing = (): Promise<void> => Promise.resolve();
    const ended = runDaemon({ worker, clock, logger, notifier, reload: nothing, close: nothing });
    await clock.advance(0);
    return { worker, clock, said, alive, ended };
  }

  it("feeds systemd's watchdog while steps are in time, and only then", async () => {
    const { worker, clock, alive, ended } = await start();
    await clock.advance(4 * WATCHDOG_MS);
    const fed = alive.mock.calls.length;
    expect(fed).toBeGreaterThanOrEqual(4);
    const isInTime = vi.spyOn(worker, "isInTime").mockReturnValue(false);
    await clock.advance(4 * WATCHDOG_MS);
    expect(alive).toHaveBeenCalledTimes(fed);
    isInTime.mockReturnValue(true);
    await clock.advance(WATCHDOG_MS);
    expect(alive).toHaveBeenCalledTimes(fed + 1);
    heard.get("SIGTERM")?.();
    expect(await ended).toBe(0);
  });

  it("ends after ten seconds, though memory could not be given back in them", async () => {
    const { worker, clock, said } = await start();
    vi.spyOn(worker, "stop").mockReturnValue(new Promise(() => {}));
    heard.get("SIGTERM")?.();
    await clock.advance(9900);
    expect(exits).toEqual([]);
    heard.get("SIGTERM")?.(); // a second one ends nothing
    await clock.advance(200);
    expect(exits).toEqual([1]);
    expect(said).toContain("Memory could not be given back in time.");
  });
});
