import { once } from "node:events";
import type { Figure } from "../budgets.ts";
import { withNode } from "../support/processes.ts";
import { median } from "../support/statistics.ts";
import { withXenTree, type XenTree } from "../support/xen-tree.ts";

const STARTS = 9;
const DEADLINE_MS = 5000;

/** From spawning Node to the first decision on standard output. */
export async function measureStart(): Promise<readonly Figure[]> {
  return withXenTree(async (tree) => {
    const tookMs: number[] = [];
    for (let start = 0; start < STARTS; start += 1) tookMs.push(await firstDecisionMs(tree));
    const note = `median of ${STARTS} starts of \`run --once --json\` with --jitless; least ${Math.min(...tookMs).toFixed(0)} ms`;
    return [{ value: median(tookMs), note }];
  });
}

async function firstDecisionMs({ argv, environment }: XenTree): Promise<number> {
  const beganMs = performance.now();
  return withNode(argv("--once", "--json"), environment, async ({ stdout }) => {
    if (stdout === null) throw new Error("the daemon has no standard output");
    await once(stdout, "data", { signal: AbortSignal.timeout(DEADLINE_MS) });
    return performance.now() - beganMs;
  });
}
