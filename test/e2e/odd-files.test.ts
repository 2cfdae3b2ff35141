import { mkdirSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { Home } from "../support/home.ts";
import { Tree, XEN_MEMORY } from "../support/trees.ts";

const TARGET_KB = `${XEN_MEMORY}/target_kb`;

/** What can be done without, of all that a step and `doctor` read of a Xen guest with zram. */
const OPTIONAL = [
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

/** What a file can be, with whatever was there out of the way. */
const ODD: readonly (readonly [string, (tree: Tree, path: string) => void])[] = [
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

function guestWith(paths: readonly string[], make: (tree: Tree, path: string) => void): Tree {
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

async function once(tree: Tree) {
  const args = ["run", "--backend", "xen", "--root", tree.root, "--once", "--json", "--selfballooning"];
  const { exitCode, stdout, stderr } = await new Home().do(...args);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
  return { decision: JSON.parse(stdout), targetKib: Number(tree.read(TARGET_KB)) };
}

describe.each(ODD)("a file of the kernel that is %s", (_, make) => {
  it.each(OPTIONAL)("changes no step for the worse: %s", async (path) => {
    const { decision, targetKib } = await once(guestWith([path], make));
    expect(decision).toMatchObject({ applied: true, reason: expect.stringMatching(/^[a-z_]+$/) });
    // With all its files it has 445 MiB, of which it needs 50 and what the guard leaves it.
    expect(decision.targetPages).toBeGreaterThanOrEqual(decision.floorPages);
    expect(targetKib).toBe(decision.balloonTargetPages * 4);
    expect(targetKib).toBeGreaterThanOrEqual(300_000);
    expect(targetKib).toBeLessThanOrEqual(1_048_576);
  });

  it("lets a step be taken, and `doctor` say what is wrong, where all of them are", async () => {
    const tree = guestWith(OPTIONAL, make);
    expect((await once(tree)).decision).toMatchObject({ applied: true });
    const { exitCode, stdout, stderr } = await new Home().do("doctor", "--root", tree.root);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    expect(stdout).toMatch(/^warn {2}The kernel's own reserve is taken for 1\/16 of the guest/m);
    expect(stdout).not.toMatch(/TypeError|undefined|NaN|bug/);
    expect(Math.max(...stdout.split("\n").map(({ length }) => length))).toBeLessThan(1000);
  });
});
