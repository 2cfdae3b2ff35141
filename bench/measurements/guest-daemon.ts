import { setTimeout as sleep } from "node:timers/promises";
import type { Figure } from "../budgets.ts";
import { type Usage, usageOf, withNode } from "../support/processes.ts";
import { withXenTree } from "../support/xen-tree.ts";

/** Start-up is not counted: its CPU time is the start's, and its memory settles. */
const SETTLE_MS = 4000;
const MEASURED_MS = 16_000;

/** The daemon at its defaults beside a Node that does nothing, both as the unit runs them (`--jitless`). */
export async function measureGuestDaemon(): Promise<readonly Figure[]> {
  return withXenTree(({ argv, environment }) =>
    withNode(["--jitless", "-e", "setInterval(() => {}, 1000)"], process.env, (bare) =>
      withNode(argv(), environment, async (daemon) => {
        await sleep(SETTLE_MS);
        const before = usageOf(daemon.pid);
        await sleep(MEASURED_MS);
        return figures(before, usageOf(daemon.pid), usageOf(bare.pid));
      }),
    ),
  );
}

function figures(before: Usage, after: Usage, bare: Usage): readonly Figure[] {
  const mib = (bytes: number): string => (bytes / 2 ** 20).toFixed(1);
  const memory =
    `${mib(after.rssBytes)} MiB, ${mib(bare.rssBytes)} bare; of its own (RssAnon) ` +
    `${mib(after.anonBytes)} MiB, ${mib(bare.anonBytes)} bare`;
  const cpuMs = after.cpuMs - before.cpuMs;
  const seconds = MEASURED_MS / 1000;
  return [
    { value: (after.rssBytes - bare.rssBytes) / 2 ** 20, note: memory },
    { value: (cpuMs / MEASURED_MS) * 100, note: `${cpuMs.toFixed(0)} ms of CPU in ${seconds} s, on a tree of files` },
  ];
}
