import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { MachineFiles } from "../../../src/machine/files.ts";
import { examineAreas } from "../../../src/swap/area-risks.ts";
import { Tree } from "../../support/trees.ts";

describe("swap that needs memory before it can free any", () => {
  const risk = (path: string, type: string, change: (tree: Tree) => unknown = () => {}) => {
    const tree = new Tree("xen/pv-idle");
    tree.write(
      "proc/swaps",
      `Filename Type Size Used Priority\n/dev/zram0 partition\t9\t0\t100\n${path} ${type}\t9\t0\t-2\n`,
    );
    change(tree);
    const found = examineAreas(new MachineFiles(tree.root));
    expect(found.length).toBeLessThan(2);
    return found.find(({ what }) => what.startsWith(`Swap at ${path}`));
  };

  it.each(["/dev/zd0", "/dev/zd16p1", "/dev/zvol/rpool/swap"])("is warned of on the zvol %s", (path) => {
    expect(risk(path, "partition")).toMatchObject({ level: "warn", what: expect.stringContaining("ZFS") });
  });

  it("is warned of on a zvol below device mapper, and in a file on ZFS", () => {
    expect(risk("/dev/dm-0", "partition", (tree) => tree.write("sys/block/dm-0/slaves/zd0", ""))?.what).toContain(
      "ZFS",
    );
    const onZfs = (tree: Tree): void => tree.write("proc/self/mountinfo", "60 1 0:3 / / rw - zfs rpool/ROOT rw\n");
    expect(risk("/swapfile", "file", onZfs)?.what).toContain("ZFS");
  });

  it("is warned of where it is stacked on zram", () => {
    expect(risk("/dev/dm-1", "partition", (tree) => tree.write("sys/block/dm-1/slaves/zram1", ""))).toMatchObject({
      level: "warn",
      what: expect.stringContaining("stacked on zram1"),
    });
    const mounted = (tree: Tree): void => {
      const lines = ["60 1 8:1 / / rw - ext4 /dev/sda1 rw", "61 60 252:1 / /var\\040tmp rw - ext4 /dev/zram1 rw"];
      tree.write("proc/self/mountinfo", lines.map((line) => `${line}\n`).join(""));
    };
    expect(risk("/var\\040tmp/swap", "file", mounted)).toBeUndefined(); // it is called by its own name
    const loop = (tree: Tree): void => {
      mounted(tree);
      tree.write("sys/block/loop3/loop/backing_file", "/var tmp/swap\n");
    };
    expect(risk("/dev/loop3", "partition", loop)?.what).toContain("stacked on zram1");
  });

  const numbered = (tree: Tree, number: string, name: string): void => {
    mkdirSync(join(tree.root, "sys/dev/block"), { recursive: true });
    symlinkSync(`../../devices/virtual/block/${name}`, join(tree.root, "sys/dev/block", number));
  };
  const under = (tree: Tree, upper: string, lower: string): void =>
    tree.write(`sys/block/${upper}/slaves/${lower}`, "");
  const mapped = (tree: Tree, name: string, as: string): void => tree.write(`sys/block/${as}/dm/name`, `${name}\n`);
  const loops = (tree: Tree, name: string, path: string): void =>
    tree.write(`sys/block/${name}/loop/backing_file`, `${path}\n`);
  const mounts = (tree: Tree, number: string, source: string): void =>
    tree.write(
      "proc/self/mountinfo",
      `60 1 8:1 / / rw - ext4 /dev/sda1 rw\n61 60 ${number} / /m rw - ext4 ${source} rw\n`,
    );

  it.each<[string, string, string, (tree: Tree) => unknown]>([
    [
      "a loop over a file on zram",
      "/dev/loop0",
      "partition",
      (tree) => [mounts(tree, "252:1", "/dev/zram1"), loops(tree, "loop0", "/m/f")],
    ],
    ["a loop over zram itself", "/dev/loop0", "partition", (tree) => loops(tree, "loop0", "/dev/zram1")],
    ["a partition of such a loop", "/dev/loop0p1", "partition", (tree) => loops(tree, "loop0", "/dev/zram1p2")],
    ["dm-crypt on zram", "/dev/dm-0", "partition", (tree) => under(tree, "dm-0", "zram1")],
    [
      "the same by its name",
      "/dev/mapper/crypt",
      "partition",
      (tree) => [mapped(tree, "crypt", "dm-3"), under(tree, "dm-3", "zram1")],
    ],
    [
      "LVM on dm-crypt on a partition of zram",
      "/dev/dm-1",
      "partition",
      (tree) => [under(tree, "dm-1", "dm-0"), under(tree, "dm-0", "zram1p1")],
    ],
    ["RAID of zram", "/dev/md0p1", "partition", (tree) => [under(tree, "md0", "sda1"), under(tree, "md0", "zram1")]],
    [
      "a file on LVM on zram, by its name",
      "/m/swap",
      "file",
      (tree) => [
        mounts(tree, "253:0", "/dev/mapper/vg-lv"),
        mapped(tree, "vg-lv", "dm-0"),
        under(tree, "dm-0", "zram1"),
      ],
    ],
    [
      "a file on what is called by its label",
      "/m/swap",
      "file",
      (tree) => [
        mounts(tree, "253:4", "/dev/disk/by-label/x"),
        numbered(tree, "253:4", "dm-4"),
        under(tree, "dm-4", "zram1"),
      ],
    ],
    [
      "a loop over a file on a loop on zram",
      "/dev/loop1",
      "partition",
      (tree) => [mounts(tree, "7:0", "/dev/loop0"), loops(tree, "loop1", "/m/f"), loops(tree, "loop0", "/dev/zram1")],
    ],
  ])("is warned of on %s", (_, path, type, change) => {
    expect(risk(path, type, change)?.what).toContain("stacked on zram1");
  });

  it("ends where devices lie on each other in a circle", () => {
    const circle = (tree: Tree) => [under(tree, "dm-0", "dm-1"), under(tree, "dm-1", "dm-0")];
    expect(risk("/dev/dm-0", "partition", circle)).toBeUndefined();
  });

  it("is no worry on a disk", () => {
    expect(risk("/dev/dm-0", "partition", (tree) => tree.write("sys/block/dm-0/slaves/sda2", ""))).toBeUndefined();
    expect(risk("/dev/sda2", "partition")).toBeUndefined();
  });
});
