import { mkdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parseMeminfo } from "../../../src/formats/meminfo.ts";
import { MachineFiles } from "../../../src/machine/files.ts";
import { detectCompressedSwap, isConfigured, storedPages } from "../../../src/swap/compressed-swap.ts";
import { Tree } from "../../support/trees.ts";

const DISK = "/dev/xvdd  partition\t262140\t0\t-3\n";
/** What the captured guest's zram0 holds, less the page with the swap header. */
const STORED_PAGES = 129_380_352 / 4096 - 1;
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
    expect(stored()).toBe(STORED_PAGES);
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

  it("is zswap that was turned off with pages in it, until they are gone", () => {
    const zswapOf = (zswappedKib: number) =>
      look((tree) => {
        tree.write(ZSWAP, "N\n");
        addSwap(tree, DISK);
        tree.edit("proc/meminfo", /^Zswapped: +\d+/m, `Zswapped: ${zswappedKib}`);
      }).swap.zswap;
    expect([zswapOf(4000), zswapOf(0)]).toEqual([true, false]);
  });

  it("is the sum of zram and of zswap before it, for a page is in one of the two", () => {
    const { swap, stored } = look((tree) => {
      tree.write(ZSWAP, "Y\n");
      tree.edit("proc/meminfo", /^Zswapped: +\d+/m, "Zswapped: 4000");
    }, "xen/pv-zram");
    expect(swap).toEqual({ zswap: true, zramDevices: ["zram0"] });
    expect(stored()).toBe(STORED_PAGES + 1000);
  });

  it("counts a zram device once, however many of its partitions are swapped on, and no disk beside it", () => {
    const { swap } = look((tree) => {
      addSwap(tree, DISK + [1, 2, 3].map((part) => `/dev/zram1p${part}  partition\t1024\t0\t5\n`).join(""));
    });
    expect(swap).toEqual({ zswap: false, zramDevices: ["zram1"] });
  });

  it("leaves out what zram has written back to its own disk", () => {
    const { stored } = look(
      (tree) => tree.write("sys/block/zram0/bd_stat", "     587        1        2\n"),
      "xen/pv-zram",
    );
    expect(stored()).toBe(STORED_PAGES - 587);
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

  it("is none in a container, whose swap is of a type of its own", () => {
    const { swap, stored } = look((tree) => addSwap(tree, "none\t\tvirtual\t\t1048576\t0\t0\n"));
    expect([isConfigured(swap), stored()]).toEqual([false, null]);
  });

  it.each([
    ["is empty", ""],
    ["is no list of areas", "Operation not permitted\n"],
    ["is cut off", "Filename\t\t\t\tTy"],
  ])("is none where /proc/swaps %s", (_, text) => {
    const { swap, stored } = look((tree) => tree.write("proc/swaps", text));
    expect([isConfigured(swap), stored()]).toEqual([false, null]);
  });

  it.each([
    ["/proc/swaps", "proc/swaps", false],
    ["what zswap is set to", ZSWAP, true],
    ["debugfs", "sys/kernel/debug/zswap/stored_pages", true],
    ["mm_stat", "sys/block/zram0/mm_stat", true],
    ["bd_stat", "sys/block/zram0/bd_stat", true],
  ])("is found as far as it goes where the kernel refuses to have %s read", (_, path, isFound) => {
    const { swap, stored } = look((tree) => {
      tree.edit("proc/meminfo", /^Zswapped:.*\n/m, "");
      tree.write(path, "");
      tree.remove(path);
      mkdirSync(`${tree.root}/${path}`);
    }, "xen/pv-zram");
    expect(isConfigured(swap)).toBe(isFound);
    expect(stored()).toBe(isFound && !path.endsWith("mm_stat") ? STORED_PAGES : null);
  });

  it.each(["-5\n", "rubbish\n", ""])("is unknown where mm_stat holds %j", (text) => {
    expect(look((tree) => tree.write("sys/block/zram0/mm_stat", text), "xen/pv-zram").stored()).toBeNull();
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
