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

const MIB = 1_048_576;

/** What the guest was built for. */
const BUILT_FOR = 512 * MIB;

function advice(
  change: (tree: Tree) => void = () => {},
  fixture = "xen/pv-zram",
  builtForBytes: number | null = BUILT_FOR,
) {
  const tree = new Tree(fixture);
  change(tree);
  return examineSwap(new MachineFiles(tree.root), builtForBytes);
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
      "fallocate -l 512M /swapfile && chmod 600 /swapfile && mkswap /swapfile && swapon /swapfile",
    );
    expect(about("No compressed swap", (tree) => tree.remove("sys/module/zswap"), "xen/pv-idle")?.remedy).toBe(
      "modprobe zram && echo 512M >/sys/block/zram0/disksize && mkswap /dev/zram0 && swapon -p 100 /dev/zram0; or: selfballoon slices --size-mb 512",
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

describe("the size of swap", () => {
  const swapOf = (mib: number) => (tree: Tree) => {
    tree.edit("proc/meminfo", /^SwapTotal: .*$/m, `SwapTotal: ${mib * 1024} kB`);
  };
  const size = (...of: Parameters<typeof advice>) => about("MiB of swap", ...of);

  it("is judged by all that a ballooned guest may have, not by what it has now", () => {
    const found = size(swapOf(256), "xen/pv-ballooned", 1024 * MIB);
    expect(found).toMatchObject({ level: "warn", remedy: expect.stringContaining("fallocate -l 768M /swapfile") });
    expect(found?.what).toContain("256 MiB of swap for 1024 MiB of RAM (it has 189 MiB now)");
    expect(size(swapOf(1024), "xen/pv-ballooned", 1024 * MIB)).toMatchObject({ level: "ok" });
  });

  it("is judged by the pages of the kernel's zones where no balloon says more", () => {
    expect(size(swapOf(256), "xen/pv-ballooned", null)?.what).toContain("256 MiB of swap for 1024 MiB of RAM");
    const broken = size((tree) => tree.write("proc/zoneinfo", "nothing\n"), "xen/pv-ballooned", null);
    expect(broken?.what).toContain("0 MiB of swap for 189 MiB of RAM;");
  });
});

describe("how more swap is made", () => {
  const mounts = (filesystem: string, options = "rw") =>
    `21 60 0:5 / /proc rw - proc proc rw\n60 1 0:30 / / ${options} shared:1 - ${filesystem} /dev/vda1 rw\n`;
  const remedy = (filesystem: string, options?: string, change: (tree: Tree) => void = () => {}) =>
    about(
      "MiB of swap",
      (tree) => {
        tree.write("proc/self/mountinfo", mounts(filesystem, options));
        tree.write("proc/sys/kernel/osrelease", "6.12.0\n");
        change(tree);
      },
      "xen/pv-idle",
    )?.remedy ?? "";

  it("is a file on ext4, written where XFS may not take a preallocated one", () => {
    expect(remedy("ext4")).toMatch(/^fallocate -l 512M \/swapfile && chmod 600 \/swapfile && mkswap \/swapfile/);
    expect(remedy("xfs")).toMatch(/^dd if=\/dev\/zero of=\/swapfile bs=1M count=512 && chmod 600 /);
  });

  it("is a file without copy on write on btrfs, on kernels that take one", () => {
    expect(remedy("btrfs")).toMatch(/^btrfs filesystem mkswapfile --size 512m \/swapfile && swapon .*chattr \+C/);
    const old = remedy("btrfs", "rw", (tree) => tree.write("proc/sys/kernel/osrelease", "4.19.0\n"));
    expect(old).not.toMatch(/swapfile/);
  });

  it.each(["zfs", "overlay", "nfs4", "bcachefs", "tmpfs"])("is no file on %s", (filesystem) => {
    const said = remedy(filesystem);
    expect(said).toMatch(/^On a partition .*mkswap \/dev\/DISK.*selfballoon slices --size-mb 512/);
    expect(said).not.toMatch(/fallocate|mkswapfile|\bdd\b/);
    expect(said.includes("zvol may deadlock")).toBe(filesystem === "zfs");
  });

  it("is no file where the root can't be written", () => {
    expect(remedy("ext4", "ro")).toMatch(/^On a partition/);
  });

  it("takes no file that is swapped to already", () => {
    const swaps = `${HEADLINE}/swapfile file\t9\t0\t-2\n/swapfile2 file\t9\t0\t-3\n`;
    expect(remedy("ext4", "rw", (tree) => tree.write("proc/swaps", swaps))).toContain("mkswap /swapfile3 ");
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
