import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { type Figure, pending } from "../budgets.ts";
import { ROOT } from "../support/paths.ts";
import type { SwapFigures, SwapReport } from "../swap-guest.ts";

const DEADLINE_MS = 400_000;

/** Bringing pages back from compressed swap, in a real guest: page by page, and by slices. */
export async function measureSwap(): Promise<readonly Figure[]> {
  // Not bundled: the rig finds its own files beside itself.
  const argv = ["--import", "tsx", join(ROOT, "bench/swap-guest.ts")];
  const { stdout } = await promisify(execFile)(process.execPath, argv, { cwd: ROOT, timeout: DEADLINE_MS });
  const report = JSON.parse(stdout) as SwapReport;
  if ("skipped" in report) return [pending(report.skipped), pending(report.skipped)];
  return [
    figure(report.zram, "zram, one read a page, from Node"),
    figure(
      report.slices,
      "swapoff of one after the other; the time that each is off, processes' start and end included",
    ),
  ];
}

function figure({ freedPages, pagesPerSecond }: SwapFigures, how: string): Figure {
  const note = `${how}; ${freedPages} pages in a guest with kernel 6.1, emulated without KVM, which takes 20 to 25 times as long`;
  return { value: pagesPerSecond, note };
}
