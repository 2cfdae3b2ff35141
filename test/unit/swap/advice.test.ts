import { describe, expect, it } from "vitest";
import { MachineFiles } from "../../../src/machine/files.ts";
import { examineSwap } from "../../../src/swap/advice.ts";
import { swapHeader } from "../../support/swap-header.ts";
import { Tree } from "../../support/trees.ts";

const ZSWAP = "sys/module/zswap/parameters/enabled";
const CONTROLLERS = "sys/fs/cgroup/cgroup.controllers";
const HEADLINE = "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n";

/** A capability set with these bits, as /proc/self/status shows it. */
const capabilities = (...bits: readonly bigint[]): string =>
  `CapEff:\t${bits
    .reduce((set, bit) => set | (1n << bit), 0n)
    .toString(16)
    .padStart(16, "0")}\n`;

function advice(change: (tree: Tree) => void = () => {}, fixture = "xen/pv-zram") {
  const tree = new Tree(fixture);
  change(tree);
  return examineSwap(new MachineFiles(tree.root));
}

const levels = (...of: Parameters<typeof advice>) => advice(...of).map(({ level }) => level);
const about = (word: string, ...of: Parameters<typeof advice>) =>
  advice(...of).find(({ what, remedy }) => `${what} ${remedy}`.includes(word));

/** So many zram devices with one priority and this label. */
function useZram(tree: Tree, count: number, label: string): void {
  const names = Array.from({ length: count }, (_, number) => `zram${number}`);
  tree.write("proc/swaps", HEADLINE + names.map((name) => `/dev/${name} partition\t9\t0\t100\n`).join(""));
  for (const name of names) tree.write(`dev/${name}`, swapHeader(label));
}

const onDisk = (tree: Tree): void => {
  tree.write("proc/swaps", `${HEADLINE}/dev/xvdd  partition\t262140\t0\t-2\n`);
  tree.write(ZSWAP, "Y\n");
};

describe("the advice on swap", () => {
  it("warns of a guest with no swap, and gives the lines that set it up", () => {
    expect(levels(() => {}, "xen/pv-idle")).toEqual(["warn", "info", "warn"]);
    expect(about("/swapfile", () => {}, "xen/pv-idle")?.remedy).toBe(
      "fallocate -l 446M /swapfile && chmod 600 /swapfile && mkswap /swapfile && swapon /swapfile",
    );
    expect(about("No compressed swap", (tree) => tree.remove("sys/module/zswap"), "xen/pv-idle")?.remedy).toBe(
      "modprobe zram && echo 446M >/sys/block/zram0/disksize && mkswap /dev/zram0 && swapon -p 100 /dev/zram0; or: selfballoon slices --size-mb 446",
    );
  });

  it("proposes zswap where there is a disk for it to lie before", () => {
    const found = about("No compressed swap", (tree) => {
      onDisk(tree);
      tree.write(ZSWAP, "N\n");
    });
    expect(found).toMatchObject({ level: "warn", remedy: expect.stringContaining("echo Y >/sys/module/zswap") });
  });

  it("is content with swap as large as RAM and zram in use", () => {
    expect(levels()).toEqual(["ok", "info", "ok", "info", "ok"]);
  });

  it("warns of a disk that is swapped to before zram, and tells how to change places", () => {
    const found = about("before zram0", (tree) =>
      tree.write("proc/swaps", `${HEADLINE}/dev/zram0 partition\t9\t0\t-2\n/dev/xvdd partition\t9\t0\t50\n`),
    );
    expect(found).toMatchObject({ level: "warn", remedy: "swapoff /dev/zram0 && swapon -p 150 /dev/zram0" });
  });

  it("has nothing against a disk behind zram, and tells that what is there stays", () => {
    const swaps = `${HEADLINE}/dev/xvdd partition\t9\t0\t-2\n/dev/zram0 partition\t9\t0\t100\n`;
    const change = (tree: Tree): void => tree.write("proc/swaps", swaps);
    expect(about("before zram0", change)).toBeUndefined();
    expect(about("only zram comes back", change)).toMatchObject({ level: "info" });
  });

  it("tells that what zswap writes back stays on its disk", () => {
    expect(about("zswap writes back", onDisk)).toMatchObject({ level: "info" });
  });

  it("tells that shared memory stays, and what brings it back", () => {
    expect(about("tmpfs")).toMatchObject({ level: "info", remedy: "selfballoon slices --help" });
  });

  it("tells that several zram devices count together, the first of them by name", () => {
    const change = (tree: Tree): void => useZram(tree, 6, "");
    expect(about("Compressed swap is in use", change)?.what).toContain("zram0, zram1, zram2, zram3, 2 more.");
    expect(about("count together", change)).toMatchObject({ level: "info" });
  });

  it("tells of slices, and of the right that they take", () => {
    const slices = (tree: Tree): void => useZram(tree, 3, "selfballoon");
    expect(about("3 slices", slices)).toMatchObject({ level: "ok" });
    expect(about("count together", slices)).toBeUndefined();
    expect(about("only slices bring them back", slices)).toBeUndefined();
    const withStatus = (status: string) => (tree: Tree) => {
      slices(tree);
      tree.write("proc/self/status", status);
    };
    expect(about("swapped off", withStatus(capabilities(19n, 2n, 21n)))?.level).toBe("ok");
    expect(about("swapped off", withStatus(capabilities(19n, 2n)))?.level).toBe("warn");
  });

  it("warns of zswap before zram", () => {
    expect(about("zswap lies before zram", (tree) => tree.write(ZSWAP, "Y\n"))).toMatchObject({ level: "warn" });
  });
});

describe("the advice on bringing pages back", () => {
  const way = (release: string, change: (tree: Tree) => void) =>
    advice((tree) => {
      tree.write("proc/sys/kernel/osrelease", `${release}\n`);
      change(tree);
    }).find(({ what }) => what.includes("reading a page") || what.includes("being read"));

  it.each([
    ["6.1.0-56-amd64", "info"],
    ["6.7.9", "info"],
    ["5.10.0", "info"],
    ["nonsense", "info"],
    ["6.8.0", "ok"],
    ["6.12.95+deb12-amd64", "ok"],
    ["7.0.0", "ok"],
  ])("tells on kernel %s with zswap whether groups' limits are needed", (release, level) => {
    const found = way(release, (tree) => {
      onDisk(tree);
      tree.write(CONTROLLERS, "memory\n");
    });
    expect(found?.level).toBe(level);
    expect(found?.what.includes("memory.swap.high")).toBe(level === "info");
  });

  it("warns where they are needed and there are no groups", () => {
    expect(way("6.1.0", onDisk)).toMatchObject({ level: "warn", remedy: expect.stringContaining("unified") });
  });

  it("needs no limits for zram, on any kernel", () => {
    expect(way("6.1.0", () => {})).toMatchObject({ level: "ok" });
  });

  it.each([
    ["both capabilities", capabilities(19n, 2n), "ok"],
    ["the right to override file modes", capabilities(19n, 1n), "ok"],
    ["ptrace alone", capabilities(19n), "warn"],
    ["none", capabilities(), "warn"],
  ])("judges access with %s", (_, status, level) => {
    expect(about("memory of other processes", (tree) => tree.write("proc/self/status", status))?.level).toBe(level);
  });

  it("warns where the kernel lets nobody read another's memory", () => {
    const found = about("ptrace_scope", (tree) => {
      tree.write("proc/self/status", capabilities(19n, 2n));
      tree.write("proc/sys/kernel/yama/ptrace_scope", "3\n");
    });
    expect(found?.level).toBe("warn");
  });
});
