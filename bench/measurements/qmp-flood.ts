import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { hasCode } from "../../src/backends/host/thrown.ts";
import { createQemuBackend } from "../../src/backends/qemu/backend.ts";
import type { OpenBackend } from "../../src/core/backend.ts";
import { type Figure, pending } from "../budgets.ts";
import { BUNDLES } from "../support/paths.ts";
import { quantile } from "../support/statistics.ts";

const GUESTS = 20;
const READY_MS = 60_000;
const MEASURED_MS = 15_000;
const FLOODER = "flooder";

/** Fake QEMUs with agents in another process, read by turns, without and with one in a third process that floods. */
export async function measureQmpFlood(): Promise<readonly Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), "selfballoon-bench-"));
  const honest = spawn(process.execPath, [join(BUNDLES, "qmp-guests.mjs"), folder, String(GUESTS)]);
  const host = await createQemuBackend({
    qmp: [join(folder, "*.qmp")],
    agent: null,
    nowMs: () => performance.now(),
    nowS: () => performance.now() / 1000,
  }).open();
  let flooder: typeof honest | null = null;
  try {
    await once(honest.stdout, "data", { signal: AbortSignal.timeout(READY_MS) });
    const without = await readFor(host, MEASURED_MS);
    flooder = spawn(process.execPath, [join(BUNDLES, "qmp-flooder.mjs"), folder]);
    await once(flooder.stdout, "data", { signal: AbortSignal.timeout(READY_MS) });
    return figureOf(without, await readFor(host, MEASURED_MS));
  } finally {
    await host.close();
    honest.kill("SIGKILL");
    flooder?.kill("SIGKILL");
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Window {
  readonly times: readonly number[];
  /** Readings of the flooder that ended because it floods. */
  readonly refusals: number;
}

/** How long each reading of an honest guest took, in ms. The flooder is read beside them, as a daemon would. */
async function readFor(host: OpenBackend, forMs: number): Promise<Window> {
  const { signal } = new AbortController();
  const guests = await host.guests(signal);
  for (const guest of guests) await host.observe(guest, signal).catch(() => {}); // connects
  const endMs = performance.now() + forMs;
  const times: number[] = [];
  let refusals = 0;
  const count = (thrown: unknown): void => {
    if (hasCode(thrown, "ERR_PEER_FLOODS")) refusals += 1;
  };
  while (performance.now() < endMs) {
    if (guests.includes(FLOODER)) void host.observe(FLOODER, signal).catch(count);
    for (const guest of guests.filter((name) => name !== FLOODER)) {
      const beganMs = performance.now();
      await host.observe(guest, signal);
      times.push(performance.now() - beganMs);
    }
    await sleep(100);
  }
  return { times, refusals };
}

function figureOf({ times: without }: Window, { times: beside, refusals }: Window): readonly Figure[] {
  if (refusals === 0) return [pending("the flooder was not seen to flood")];
  const text = (times: readonly number[]): string =>
    `${quantile(times, 0.5).toFixed(1)}/${quantile(times, 0.99).toFixed(1)} ms`;
  return [
    {
      value: quantile(beside, 0.99) / quantile(without, 0.99),
      note:
        `${GUESTS} fake QEMUs with agents: a reading takes ${text(without)} (p50/p99), ` +
        `beside the flooder, which was refused ${refusals} times, ${text(beside)}`,
    },
  ];
}
