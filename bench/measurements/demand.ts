import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { type Figure, pending } from "../budgets.ts";
import { ROOT } from "../support/paths.ts";
import { median } from "../support/statistics.ts";

const ROUNDS = 3;
/** Images may have to be built first, and nothing of it is fast on a busy machine. */
const DEADLINE_MS = 3_600_000;
const run = promisify(execFile);

/** How a guest is reached: through QEMU's own sockets, or by way of libvirt. */
export type Way = "qemu" | "libvirt";

/** What bench/demand-guests.ts saw. */
export type DemandReport =
  | { readonly kind: "skipped"; readonly reason: string }
  /** From each load until more memory was asked for, in ms. */
  | { readonly kind: "played"; readonly tookMs: Readonly<Record<Way, readonly number[]>> };

/** Four real guests with a load each, managed by turns through QEMU's own sockets and through a real libvirtd. */
export async function measureDemand(): Promise<readonly Figure[]> {
  const argv = ["--import", "tsx", join(ROOT, "bench/demand-guests.ts"), String(ROUNDS)];
  const { stdout } = await run(process.execPath, argv, { cwd: ROOT, timeout: DEADLINE_MS });
  const report = JSON.parse(stdout) as DemandReport; // of our own process
  if (report.kind === "skipped") return [pending(report.reason)];
  const { qemu, libvirt } = report.tookMs;
  const ms = (values: readonly number[]): string =>
    `${median(values).toFixed(0)} ms (${Math.min(...values)} to ${Math.max(...values)})`;
  const note = `${qemu.length} loads in four real guests each way, by turns; medians: ${ms(libvirt)} through libvirtd, ${ms(qemu)} through QEMU's own sockets`;
  return [{ value: median(libvirt) / median(qemu), note }];
}
