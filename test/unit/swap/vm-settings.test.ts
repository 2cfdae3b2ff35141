import { describe, expect, it } from "vitest";
import { MachineFiles } from "../../../src/machine/files.ts";
import { examineSettings } from "../../../src/swap/vm-settings.ts";
import { Tree } from "../../support/trees.ts";

const MIN_FREE = "proc/sys/vm/min_free_kbytes";
const SWAPPINESS = "proc/sys/vm/swappiness";
const GIB_KIB = 1_048_576;

function settings(change: (tree: Tree) => void, fixture = "xen/pv-zram", ramKib = GIB_KIB) {
  const tree = new Tree(fixture);
  change(tree);
  return examineSettings(new MachineFiles(tree.root), ramKib);
}

describe("the advice on what the kernel keeps free", () => {
  const minFree = (kib: number | string, ramKib = GIB_KIB) =>
    settings((tree) => tree.write(MIN_FREE, `${kib}\n`), "xen/pv-idle", ramKib);

  it("says what transparent huge pages cost a small guest, and what to set", () => {
    expect(minFree(45_056)).toEqual([
      {
        level: "info",
        what:
          "The kernel keeps at least 44 MiB free (vm.min_free_kbytes), to which transparent huge pages raise it; " +
          "with 16 MiB this guest of 1024 MiB could give back about 42 MiB more.",
        remedy: expect.stringMatching(/^sysctl vm\.min_free_kbytes=16384 /),
      },
    ]);
  });

  it.each([
    ["what is kept is no more than enough", 16_384, GIB_KIB],
    ["it is a small part of the guest", 67_584, 8 * GIB_KIB],
    ["its RAM asks for that much", 67_584, 256 * GIB_KIB],
    ["the file holds no number", "many", GIB_KIB],
  ])("says nothing where %s", (_, kib, ramKib) => {
    expect(minFree(kib, ramKib)).toEqual([]);
  });
});

describe("the advice on swappiness", () => {
  const swappiness = (value: number, release = "6.1.0", fixture = "xen/pv-zram") =>
    settings((tree) => {
      tree.write(SWAPPINESS, `${value}\n`);
      tree.write("proc/sys/kernel/osrelease", `${release}\n`);
    }, fixture);

  it("proposes more than files get where swap is compressed", () => {
    expect(swappiness(60)).toMatchObject([{ level: "info", remedy: expect.stringContaining("vm.swappiness=133") }]);
    expect(swappiness(60, "5.4.0")).toMatchObject([{ remedy: expect.stringContaining("vm.swappiness=100") }]);
    expect(swappiness(100)).toEqual([]);
  });

  it("leaves swap on a disk as it is, but for 0", () => {
    const onDisk = (value: number) =>
      settings((tree) => {
        tree.write(SWAPPINESS, `${value}\n`);
        tree.write("proc/swaps", "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n/dev/xvdd  partition\t9\t0\t-2\n");
      }, "xen/pv-idle");
    expect(onDisk(60)).toEqual([]);
    expect(onDisk(0)).toMatchObject([{ level: "warn", remedy: expect.stringContaining("vm.swappiness=60") }]);
  });

  it("says nothing to a guest without swap", () => {
    expect(swappiness(0, "6.1.0", "xen/pv-idle")).toEqual([]);
  });
});
