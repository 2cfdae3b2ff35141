import { Home } from "./home.ts";
import { Tree, XEN_MEMORY } from "./trees.ts";
import { until } from "./until.ts";

/** All that the guest was built for, and 4 KiB less, which wakes a balloon that gave up. */
export const WOKEN_KIB = 1_048_576 - 4;

/** Where its target is in its tree. */
export const TARGET = `${XEN_MEMORY}/target_kb`;

/** A guest that is lowered at each step. */
export function lowering() {
  const home = new Home();
  const tree = new Tree("xen/pv-idle");
  const args = ["--backend", "xen", "--root", tree.root, "--selfballooning", "--set", "selfballoon_interval=1"];
  const targetKib = (): number => Number(tree.read(TARGET));
  const startKib = targetKib();
  return {
    ...{ home, tree, args },
    /** Start it, and wait until it has lowered the guest. */
    daemon: async () => {
      const daemon = await home.daemon(...args);
      await until("a lower target", () => (targetKib() > 0 && targetKib() < startKib ? true : null));
      return daemon;
    },
    isGivenAll: () => until("all memory", () => (targetKib() >= WOKEN_KIB ? true : null)),
    runShort: () => tree.edit("proc/meminfo", /MemAvailable:.*/, "MemAvailable:       1000 kB"),
  };
}
