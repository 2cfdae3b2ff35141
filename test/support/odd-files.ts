import { mkdirSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { Tree, XEN_MEMORY } from "./trees.ts";

/** What can be done without, of all that a step and `doctor` read of a Xen guest with zram. */
export const OPTIONAL_FILES = [
  "proc/zoneinfo",
  "proc/vmstat",
  "proc/pressure/memory",
  "proc/swaps",
  "proc/cmdline",
  "proc/self/auxv",
  "proc/self/mountinfo",
  "proc/sys/kernel/hostname",
  "proc/sys/kernel/osrelease",
  "proc/sys/vm/overcommit_memory",
  "proc/sys/vm/page-cluster",
  "proc/sys/vm/swappiness",
  "proc/xen/capabilities",
  "sys/hypervisor/guest_type",
  "sys/hypervisor/properties/features",
  "sys/module/zswap/parameters/enabled",
  "sys/kernel/debug/zswap/stored_pages",
  "sys/block/zram0/mm_stat",
  "sys/block/zram0/bd_stat",
  "sys/block/zram0/slaves",
  `${XEN_MEMORY}/retry_count`,
] as const;

/** Puts something odd in the place of a file, with whatever was there out of the way. */
export type MakeOdd = (tree: Tree, path: string) => void;

/** What a file can be. */
export const ODD_FILES: readonly (readonly [string, MakeOdd])[] = [
  ["missing", () => {}],
  ["empty", (tree, path) => tree.write(path, "")],
  ["2 MB of one line", (tree, path) => tree.write(path, Buffer.alloc(2_000_000, "x"))],
  ["larger than is read", (tree, path) => tree.write(path, Buffer.alloc(5 * 1_048_576, "0 0\n"))],
  ["garbage", (tree, path) => tree.write(path, "not supported: -1 \u202e 99999999999999999999\n")],
  ["binary", (tree, path) => tree.write(path, Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0, 0, 0xff, 10]))],
  ["a directory", (tree, path) => void mkdirSync(join(tree.root, path))],
  // What nothing is mapped to can't be read: EIO.
  ["broken (EIO)", (tree, path) => symlinkSync("/proc/self/mem", join(tree.root, path))],
  // What can only be written, not even root may read.
  ["kept from readers (EACCES)", (tree, path) => symlinkSync("/proc/sys/vm/compact_memory", join(tree.root, path))],
  ["a link to itself (ELOOP)", (tree, path) => symlinkSync(join(tree.root, path), join(tree.root, path))],
];

/** A Xen guest with zram in which these files are odd. */
export function guestWithOdd(paths: readonly string[], make: MakeOdd): Tree {
  const tree = new Tree("xen/pv-idle");
  const zram = new Tree("xen/pv-zram");
  for (const path of ["proc/swaps", "sys/block/zram0/mm_stat"]) tree.write(path, zram.read(path));
  for (const path of paths) {
    mkdirSync(dirname(join(tree.root, path)), { recursive: true });
    tree.removeIfThere(path);
    make(tree, path);
  }
  return tree;
}
