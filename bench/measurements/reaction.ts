import { setTimeout as sleep } from "node:timers/promises";
import { type Figure, pending } from "../budgets.ts";
import { withNode } from "../support/processes.ts";
import { withXenTree, type XenTree } from "../support/xen-tree.ts";

const BURSTS = 5;
const DEADLINE_MS = 3000;

/** What is left to the guest in the burst: under the emergency line of any guest. */
const SHORT_KIB = 1024;

/** MemAvailable of a guest that was inflated falls at once; how long until its target is raised. */
export async function measureReaction(): Promise<readonly Figure[]> {
  const tookMs: number[] = [];
  for (let burst = 0; burst < BURSTS; burst += 1) {
    const ms = await withXenTree((tree) => reactionMs(tree, burst));
    if (ms === null) return [pending(`the target did not move within ${DEADLINE_MS} ms`)];
    tookMs.push(ms);
  }
  return [{ value: Math.max(...tookMs), note: `the slowest of ${BURSTS}; written into a tree's meminfo` }];
}

async function reactionMs(tree: XenTree, burst: number): Promise<number | null> {
  const initialKib = tree.targetKib();
  return withNode(tree.argv("--set", "selfballoon_interval=1"), tree.environment, async () => {
    if ((await waitMs(() => tree.targetKib() < initialKib)) === null) return null;
    // Bursts fall at different moments between two looks.
    await sleep(300 + burst * 20);
    const inflatedKib = tree.targetKib();
    tree.setMeminfo("MemAvailable", SHORT_KIB);
    return waitMs(() => tree.targetKib() > inflatedKib);
  });
}

/** How long it takes until `condition` holds, in ms; null if that is longer than the deadline. */
async function waitMs(condition: () => boolean): Promise<number | null> {
  const beganMs = performance.now();
  while (!condition()) {
    if (performance.now() - beganMs > DEADLINE_MS) return null;
    await sleep(2);
  }
  return performance.now() - beganMs;
}
