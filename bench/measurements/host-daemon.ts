import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Figure } from "../budgets.ts";
import { BUNDLES } from "../support/paths.ts";

const GUESTS = 1000;
const DEADLINE_MS = 60_000;
const MIB = 2 ** 20;

/** What bench/host.ts prints. */
interface HostUsage {
  readonly cpuShare: number;
  readonly rssBytes: number;
  readonly latestMs: number;
  readonly steps: number;
  readonly moved: number;
}

/** The daemon's worker in a process of its own, over guests that are numbers: no socket, no QMP. */
export async function measureHostDaemon(): Promise<readonly Figure[]> {
  const argv = [join(BUNDLES, "host.mjs"), String(GUESTS)];
  // The log of all moves passes through the pipe, as it would to the journal of the system.
  const options = { timeout: DEADLINE_MS, maxBuffer: 256 * MIB };
  const { stdout } = await promisify(execFile)(process.execPath, argv, options);
  const { cpuShare, rssBytes, latestMs, steps, moved } = JSON.parse(stdout) as HostUsage;
  return [
    { value: cpuShare * 100, note: `simulated guests, without QMP; ${steps} steps in 15 s, ${moved} moved and logged` },
    { value: rssBytes / MIB, note: "the same process" },
    { value: latestMs, note: "after its interval was over; all guests are due at once" },
  ];
}
