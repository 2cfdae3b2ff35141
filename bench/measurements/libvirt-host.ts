import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Figure } from "../budgets.ts";
import { hostConfig } from "../support/host-config.ts";
import { BUNDLES, DAEMON } from "../support/paths.ts";
import { usageOf, withNode } from "../support/processes.ts";

const GUESTS = 500;
const READY_MS = 60_000;
const SETTLE_MS = 15_000;
const MEASURED_MS = 20_000;

/** The share of a core that the daemon took, and what it asked of libvirt in that time. */
interface Share {
  readonly percent: number;
  readonly callsPerS: number;
}

/** The built daemon over a stand-in for libvirtd in another process: its test driver has neither balloons nor agents. */
export async function measureLibvirtHost(): Promise<readonly Figure[]> {
  const byStatistics = await measure("statistics");
  const byAgents = await measure("agents");
  return [
    {
      value: byStatistics.percent,
      note:
        `a stand-in for libvirtd in another process, ${byStatistics.callsPerS.toFixed(0)} calls a second; with an agent in each ` +
        `guest ${byAgents.percent.toFixed(0)} %, ${byAgents.callsPerS.toFixed(0)} calls a second`,
    },
  ];
}

async function measure(source: "statistics" | "agents"): Promise<Share> {
  const folder = mkdtempSync(join(tmpdir(), "selfballoon-bench-"));
  const server = spawn(process.execPath, [join(BUNDLES, "libvirt-guests.mjs"), String(GUESTS), source]);
  const answered = (): Promise<unknown[]> => once(server.stdout, "data", { signal: AbortSignal.timeout(READY_MS) });
  try {
    const [socket] = await answered();
    const config = join(folder, "selfballoon.toml");
    writeFileSync(
      config,
      hostConfig(folder, GUESTS, [
        'kind = "libvirt"',
        `libvirt_uri = "qemu:///system?socket=${String(socket).trim()}"`,
      ]),
    );
    return await withNode([DAEMON, "run", "--config", config], process.env, async ({ pid }) => {
      const calls = async (): Promise<number> => {
        server.stdin.write("?\n");
        return Number((await answered())[0]);
      };
      await sleep(SETTLE_MS);
      const before = { cpuMs: usageOf(pid).cpuMs, calls: await calls() };
      await sleep(MEASURED_MS);
      const cpuMs = usageOf(pid).cpuMs - before.cpuMs;
      const callsPerS = ((await calls()) - before.calls) / (MEASURED_MS / 1000);
      return { percent: (cpuMs / MEASURED_MS) * 100, callsPerS };
    });
  } finally {
    server.kill("SIGKILL");
    rmSync(folder, { recursive: true, force: true });
  }
}
