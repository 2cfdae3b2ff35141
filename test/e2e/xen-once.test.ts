import { describe, expect, it } from "vitest";
import { Home } from "../support/home.ts";
import { Tree, XEN_MEMORY } from "../support/trees.ts";

const TARGET_KB = `${XEN_MEMORY}/target_kb`;

/** The law alone: what the guard makes of it has tests of its own. */
const LAW = ["--set", "guard=0"];

async function once(tree: Tree, ...args: readonly string[]) {
  const home = new Home();
  const ended = await home.do("run", "--backend", "xen", "--root", tree.root, "--once", "--json", ...LAW, ...args);
  return { ...ended, targetKib: tree.read(TARGET_KB).trim() };
}

async function decide(tree: Tree, ...args: readonly string[]) {
  const { exitCode, stdout, stderr, targetKib } = await once(tree, ...args);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
  return { decision: JSON.parse(stdout), targetKib };
}

/** Swap on a disk with zswap in front of it, which holds `storedKib`. */
function zswap(tree: Tree, storedKib: number): void {
  tree.write("sys/module/zswap/parameters/enabled", "Y\n");
  tree.write("proc/swaps", "Filename Type Size Used Priority\n/dev/xvdb partition 524284 0 -2\n");
  tree.edit("proc/meminfo", /^Zswapped: .*$/m, `Zswapped: ${storedKib} kB`);
}

describe("run --once on the tree of a Xen guest", () => {
  it("writes what the law gives for an idle guest", async () => {
    const tree = new Tree("xen/pv-idle");
    const { decision, targetKib } = await decide(tree, "--selfballooning");
    // MemTotal 456044 kB is 114011 pages, a tenth of which is 44 MiB. Reserve: DMA 417 + 33, DMA32 962: 1412 pages.
    // Goal: Committed_AS 252 + 1412 + 44 * 256 = 12928. Target: 114011 - (114011 - 12928) / 8 = 101376.
    // Floor: of 262144 - 1412 = 260732 useful pages 99 MiB and 1/32 of the rest: 1412 + 25344 + 235388 / 32 = 34111.
    expect(decision).toMatchObject({
      guest: "guest",
      goalPages: 12_928,
      floorPages: 34_111,
      targetPages: 101_376,
      // The balloon counts 131072 pages where the kernel has 114011.
      balloonTargetPages: 101_376 + 131_072 - 114_011,
      frontswapTargetPages: null,
      reason: "lower",
      clamps: [],
      applied: true,
    });
    expect(targetKib).toBe(String(118_437 * 4));
  });

  it("writes what the law gives for a guest that is already small", async () => {
    const tree = new Tree("xen/pv-ballooned");
    const { decision, targetKib } = await decide(tree, "--selfballooning");
    // 48475 pages; goal 253 + (429 + 33 + 962) + 18 * 256 = 6285; target 48475 - 42190 / 8 = 43202.
    expect(decision).toMatchObject({ goalPages: 6285, targetPages: 43_202, reason: "lower" });
    expect(targetKib).toBe(String((43_202 + 65_536 - 48_475) * 4));
  });

  it("raises a guest to its floor", async () => {
    const tree = new Tree("xen/pvh-ballooned");
    const { decision, targetKib } = await decide(tree, "--selfballooning");
    // Reserve 433 + 266 + 16627 = 17326; floor 17326 + 25344 + (262144 - 17326 - 25344) / 32 = 49528, above 49410 pages.
    expect(decision).toMatchObject({ goalPages: 22_443, floorPages: 49_528, targetPages: 49_528, clamps: ["floor"] });
    expect(targetKib).toBe(String((49_528 + 65_487 - 49_410) * 4));
  });

  it("adds what zram holds to the goal, and starts by itself where there is zram", async () => {
    const tree = new Tree("xen/pv-idle");
    tree.write("proc/swaps", new Tree("xen/pv-zram").read("proc/swaps"));
    tree.write("sys/block/zram0/mm_stat", new Tree("xen/pv-zram").read("sys/block/zram0/mm_stat"));
    const { decision, targetKib } = await decide(tree);
    // 129380352 bytes are 31587 pages, one of them the swap header: goal 12928 + 31586 = 44514; target 114011 - 69497 / 8 = 105324.
    expect(decision).toMatchObject({ goalPages: 44_514, targetPages: 105_324, frontswapTargetPages: null });
    expect(targetKib).toBe(String((105_324 + 17_061) * 4));
  });

  it("adds what zswap holds to the goal, unless self-shrinking is off", async () => {
    const tree = new Tree("xen/pv-idle");
    zswap(tree, 4000);
    // 1000 pages: goal 13928; target 114011 - 100083 / 8 = 101501.
    expect((await decide(tree, "--dry-run")).decision).toMatchObject({ goalPages: 13_928, targetPages: 101_501 });
    expect((await decide(tree, "--noselfshrink")).decision).toMatchObject({ goalPages: 12_928, targetPages: 101_376 });
  });

  it.each([
    ["selfballoon_downhysteresis=1", 34_111],
    ["selfballoon_downhysteresis=7", 114_011 - 14_440],
    ["selfballoon_reserved_mb=500", 252 + 1412 + 128_000],
    ["selfballoon_min_usable_mb=500", 1412 + 128_000],
    // The goal is above all that the guest may have: 262144 pages less its offset.
    ["selfballoon_reserved_mb=4294967295", 262_144 - 17_061],
  ])("obeys %s", async (setting, targetPages) => {
    const tree = new Tree("xen/pv-idle");
    const { decision, targetKib } = await decide(tree, "--selfballooning", "--set", setting);
    expect(decision.targetPages).toBe(targetPages);
    expect(targetKib).toBe(String((targetPages + 17_061) * 4));
  });

  it("moves nothing in a dry run", async () => {
    const tree = new Tree("xen/pv-idle");
    const { decision, targetKib } = await decide(tree, "--selfballooning", "--dry-run");
    expect(decision).toMatchObject({ targetPages: 101_376, applied: false });
    expect(targetKib).toBe("524288");
  });

  it("says it in words without --json", async () => {
    const tree = new Tree("xen/pv-idle");
    const args = ["run", "--backend", "xen", "--root", tree.root, "--once", "--selfballooning", ...LAW];
    expect(await new Home().succeed(...args)).toBe(
      "guest: has 445 MiB, target 396 MiB, goal 50 MiB, floor 133 MiB. The guest has more than its goal: " +
        "the target goes down a part of the way. (the target was handed to the balloon)\n",
    );
  });

  const NEEDED = ["proc/meminfo", `${XEN_MEMORY}/info/current_kb`];

  describe.each(NEEDED)("with %s", (path) => {
    it.each([
      ["missing", null, 4, "ERR_FILE_MISSING"],
      ["empty", "", 1, "ERR_FORMAT"],
      ["binary", Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0, 0, 0xff]), 1, "ERR_FILE_UNREADABLE"],
      ["huge", Buffer.alloc(5 * 1_048_576, "MemTotal: 1 kB\n"), 1, "ERR_FILE_UNREADABLE"],
    ])("%s writes nothing and says where", async (_, content, exitCode, code) => {
      const tree = new Tree("xen/pv-idle");
      if (content === null) tree.remove(path);
      else tree.write(path, content);
      const ended = await once(tree, "--selfballooning");
      expect(ended).toMatchObject({ exitCode, stdout: "", targetKib: "524288" });
      const problem = JSON.parse(ended.stderr);
      expect(problem.code).toBe(code);
      expect(problem.message).toContain(path.split("/").at(-1));
    });
  });

  it.each(["", "512MB\n", "-1\n", "99999999999999999999\n"])("writes nothing over a target of %j", async (content) => {
    const tree = new Tree("xen/pv-idle");
    tree.write(TARGET_KB, content);
    expect(await once(tree, "--selfballooning")).toMatchObject({ exitCode: 1, targetKib: content.trim() });
  });
});
