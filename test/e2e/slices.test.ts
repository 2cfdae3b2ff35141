import { describe, expect, it } from "vitest";
import { Command } from "../support/command.ts";
import { Home } from "../support/home.ts";
import { swapHeader } from "../support/swap-header.ts";
import { Tree } from "../support/trees.ts";

const isRoot = process.getuid?.() === 0;
const NOBODY = 65_534;

describe("slices", () => {
  it("can be looked at before anything is done, setting up and undoing", async () => {
    const tree = new Tree("xen/pv-zram");
    const setUp = await new Home().succeed(
      "slices",
      "--size-mb",
      "100",
      "--count",
      "2",
      "--dry-run",
      "--root",
      tree.root,
    );
    expect(setUp).toBe(
      [
        "modprobe zram num_devices=0",
        ...[1, 2].flatMap((number) => [
          "cat /sys/class/zram-control/hot_add",
          `echo 50M >/sys/block/zram${number}/disksize`,
          `mkswap -L selfballoon /dev/zram${number}`,
          `swapon -p 100 /dev/zram${number}`,
        ]),
        "",
      ].join("\n"),
    );
    tree.write("dev/zram0", swapHeader("selfballoon"));
    const undo = await new Home().succeed("slices", "--undo", "--dry-run", "--root", tree.root);
    expect(undo).toBe("swapoff /dev/zram0\necho 0 >/sys/class/zram-control/hot_remove\n");
  });

  it.each([
    ["no size", []],
    ["a size that is no number", ["--size-mb", "1G"]],
    ["less than 1 MiB for each", ["--size-mb", "15"]],
    ["one alone", ["--size-mb", "64", "--count", "1"]],
    ["more than the kernel takes", ["--size-mb", "64", "--count", "21"]],
    ["a priority that swapon does not take", ["--size-mb", "64", "--priority", "32768"]],
    ["an algorithm that is none", ["--size-mb", "64", "--algorithm", "lz4; reboot"]],
    ["a size to undo", ["--undo", "--size-mb", "64"]],
    ["a tree in the machine's place", ["--size-mb", "64", "--root", "/nonexistent"]],
  ])("refuse %s", async (_, words) => {
    const { exitCode, stdout, stderr } = await new Home().do("slices", ...words);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
    expect(stderr).not.toBe("");
  });

  it("need root", async () => {
    const { env } = new Home();
    const surroundings = { env, cwd: "/", ...(isRoot ? { uid: NOBODY, gid: NOBODY } : {}) };
    const { exitCode, stderr } = await new Command(["slices", "--size-mb", "64"], surroundings).ended();
    expect({ exitCode, stderr }).toEqual({ exitCode: 5, stderr: expect.stringContaining("run as root") });
  });
});
