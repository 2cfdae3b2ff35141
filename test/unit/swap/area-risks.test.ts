import { describe, expect, it } from "vitest";
import { MachineFiles } from "../../../src/machine/files.ts";
import { examineAreas } from "../../../src/swap/area-risks.ts";
import { Tree } from "../../support/trees.ts";

describe("swap that needs memory before it can free any", () => {
  const risk = (path: string, type: string, change: (tree: Tree) => void = () => {}) => {
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

  it("is no worry on a disk", () => {
    expect(risk("/dev/dm-0", "partition", (tree) => tree.write("sys/block/dm-0/slaves/sda2", ""))).toBeUndefined();
    expect(risk("/dev/sda2", "partition")).toBeUndefined();
  });
});
