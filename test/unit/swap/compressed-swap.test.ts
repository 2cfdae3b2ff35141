import { describe, expect, it } from "vitest";
import { parseMeminfo } from "../../../src/formats/meminfo.ts";
import { MachineFiles } from "../../../src/machine/files.ts";
import { examineSwap } from "../../../src/swap/advice.ts";
import { detectCompressedSwap, isConfigured, storedPages } from "../../../src/swap/compressed-swap.ts";
import { Tree } from "../../support/trees.ts";

const DISK = "/dev/xvdd  partition\t262140\t0\t-3\n";
const ZSWAP = "sys/module/zswap/parameters/enabled";

function look(change: (tree: Tree) => void = () => {}, fixture = "xen/pv-idle") {
  const tree = new Tree(fixture);
  change(tree);
  const files = new MachineFiles(tree.root);
  const swap = detectCompressedSwap(files);
  return { files, swap, stored: () => storedPages(files, swap, parseMeminfo(files.read("/proc/meminfo")), 4096) };
}

const addSwap = (tree: Tree, line: string) => tree.write("proc/swaps", tree.read("proc/swaps") + line);

describe("compressed swap", () => {
  it("is zram that is swapped on, and stores what went into it", () => {
    const { swap, stored } = look(() => {}, "xen/pv-zram");
    expect(swap).toEqual({ zswap: false, zramDevices: ["zram0"] });
    expect(stored()).toBe(129_380_352 / 4096);
  });

  it("is zswap that is enabled with swap behind it", () => {
    const { swap, stored } = look((tree) => {
      tree.write(ZSWAP, "Y\n");
      addSwap(tree, DISK);
      tree.edit("proc/meminfo", /^Zswapped: +\d+/m, "Zswapped: 4000");
    });
    expect(swap).toEqual({ zswap: true, zramDevices: [] });
    expect(stored()).toBe(1000);
  });

  it("counts zswap through debugfs where meminfo does not tell", () => {
    const { stored } = look((tree) => {
      tree.write(ZSWAP, "Y\n");
      addSwap(tree, DISK);
      tree.edit("proc/meminfo", /^Zswapped:.*\n/m, "");
      tree.write("sys/kernel/debug/zswap/stored_pages", "77\n");
    });
    expect(stored()).toBe(77);
  });

  it("is unknown, not empty, where a part of it can't be counted", () => {
    const { stored } = look((tree) => {
      tree.write(ZSWAP, "Y\n");
      addSwap(tree, DISK);
      tree.edit("proc/meminfo", /^Zswapped:.*\n/m, "");
    });
    expect(stored()).toBeNull();
  });

  it.each([
    ["zswap that is off", (tree: Tree) => addSwap(tree, DISK)],
    ["zswap without swap behind it", (tree: Tree) => tree.write(ZSWAP, "Y\n")],
    ["a kernel without swap", (tree: Tree) => tree.remove("proc/swaps")],
  ])("is not %s", (_, change) => {
    const { swap, stored } = look(change);
    expect(isConfigured(swap)).toBe(false);
    expect(stored()).toBeNull();
  });
});

describe("the advice on swap", () => {
  const advice = (change: (tree: Tree) => void = () => {}, fixture = "xen/pv-idle") =>
    examineSwap(look(change, fixture).files).map(({ level }) => level);

  it("warns of a guest with no swap", () => {
    expect(advice()).toEqual(["warn", "warn"]);
  });

  it("is content with swap as large as RAM and zram in use", () => {
    expect(advice(() => {}, "xen/pv-zram")).toEqual(["ok", "ok"]);
  });
});
