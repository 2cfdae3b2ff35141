import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Figure } from "../budgets.ts";
import { hostConfig } from "../support/host-config.ts";
import { BUNDLES, DAEMON } from "../support/paths.ts";
import { ownCpuMs, usageOf, withNode } from "../support/processes.ts";

const GUESTS = 1000;
const READY_MS = 60_000;
const SETTLE_MS = 20_000;
const MEASURED_MS = 20_000;
const SPAWNS = 200;
const MIB = 2 ** 20;

/** What bench/qmp-guests.ts saw. */
export interface QmpGuestsReport {
  /** The longest time between two steps of a guest, less the interval. */
  readonly latestMs: number;
  readonly steps: number;
}

/** The built daemon over fake QEMUs with agents in another process; and what a process for each guest would cost. */
export async function measureQmpHost(): Promise<readonly Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), "selfballoon-bench-"));
  const servers = spawn(process.execPath, [join(BUNDLES, "qmp-guests.mjs"), folder, String(GUESTS)]);
  try {
    await once(servers.stdout, "data", { signal: AbortSignal.timeout(READY_MS) });
    const config = join(folder, "selfballoon.toml");
    writeFileSync(config, hostConfig(folder, GUESTS, ['kind = "qemu"', `qmp = ["${folder}/*.qmp"]`]));
    const argv = [DAEMON, "run", "--config", config];
    return await withNode(argv, process.env, (daemon) => measure(daemon.pid, servers));
  } finally {
    servers.kill("SIGKILL");
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measure(pid: number, servers: ChildProcessWithoutNullStreams): Promise<readonly Figure[]> {
  await sleep(SETTLE_MS);
  await ask(servers);
  const before = usageOf(pid);
  await sleep(MEASURED_MS);
  const after = usageOf(pid);
  const { latestMs, steps } = await ask(servers);
  const spawning = await spawningShare();
  const percent = (share: number): string => `${(share * 100).toFixed(0)} %`;
  return [
    {
      value: ((after.cpuMs - before.cpuMs) / MEASURED_MS) * 100,
      note:
        `fake QMP servers and agents in another process, ${steps} steps in ${MEASURED_MS / 1000} s; ` +
        `one process for each guest and second would take ${percent(spawning)}, the empty program ${SPAWNS} times`,
    },
    { value: after.rssBytes / MIB, note: "the same process" },
    { value: latestMs, note: "as the servers saw it, after the interval was over; one guest in ten moves" },
  ];
}

async function ask(servers: ChildProcessWithoutNullStreams): Promise<QmpGuestsReport> {
  const answered = once(servers.stdout, "data", { signal: AbortSignal.timeout(READY_MS) });
  servers.stdin.write("?\n");
  const [text] = await answered;
  return JSON.parse(String(text)) as QmpGuestsReport;
}

/** The share of a core that starting one empty process for each guest and second takes, the parent's part included. */
async function spawningShare(): Promise<number> {
  const before = ownCpuMs();
  for (let count = 0; count < SPAWNS; count += 1) await once(spawn("true", { stdio: "pipe" }), "close");
  return ((ownCpuMs() - before) / SPAWNS) * (GUESTS / 1000);
}
