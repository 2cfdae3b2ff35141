import { createXenBackend } from "../../src/backends/xen/backend.ts";
import { MachineFiles } from "../../src/machine/files.ts";
import { Tree, XEN_MEMORY } from "../support/trees.ts";
import { type BackendRig, describeBackendContract } from "./backend.ts";

const MIB = 1_048_576;

/** What the kernel of the captured guest keeps from MemTotal. */
const OFFSET_KIB = 68_244;

/** How soon the tree's balloon follows its target. */
const FOLLOW_MS = 5;

async function makeRig(): Promise<BackendRig> {
  const tree = new Tree("xen/pv-idle");
  const create = (root: string) =>
    createXenBackend({
      files: new MachineFiles(root),
      nowS: () => performance.now() / 1000,
      frontswapPages: () => null,
    });
  const kib = (path: string): number => Number(tree.read(`${XEN_MEMORY}/${path}`));
  const kernel = setInterval(() => {
    if (kib("info/current_kb") !== kib("target_kb")) tree.followTarget(OFFSET_KIB);
  }, FOLLOW_MS);
  return {
    backend: create(tree.root),
    absent: create(new Tree("qemu/linux-6.1-zswap").root),
    guest: "guest",
    maximumBytes: (kib("info/current_kb") + kib("info/low_kb")) * 1024,
    reachableBytes: 300 * MIB,
    targetBytes: () => kib("target_kb") * 1024,
    hideOptional: () => {
      tree.remove("proc/pressure");
      tree.remove("proc/vmstat");
      return ["psiSomeTotalUs", "psiFullTotalUs", "refaultPages", "swapInPages", "oomKills", "allocStalls"];
    },
    stop: async () => clearInterval(kernel),
  };
}

describeBackendContract("xen", makeRig, { hanging: true });
