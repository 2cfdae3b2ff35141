import { describe, expect, it } from "vitest";
import { MachineFiles } from "../../../../src/machine/files.ts";
import { removeCommands, removeSlices, setUpCommands, setUpSlices } from "../../../../src/swap/slices/set-up.ts";
import { commandOf } from "../../../../src/swap/slices/slice-steps.ts";
import type { ZramHost } from "../../../../src/swap/slices/zram-host.ts";
import { swapHeader } from "../../../support/swap-header.ts";
import { Tree } from "../../../support/trees.ts";

const HEADLINE = "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n";
const HOT_ADD = "sys/class/zram-control/hot_add";
const PLAN = { totalMib: 100, count: 3, priority: 50, algorithm: null };

/** A machine with zram0 in use by somebody else. */
function machine(change: (tree: Tree) => void = () => {}) {
  const tree = new Tree("xen/pv-zram");
  tree.write("dev/zram0", swapHeader(""));
  tree.write(HOT_ADD, "9\n");
  change(tree);
  return { tree, files: new MachineFiles(tree.root) };
}

/** What is done, as commands; `failing` is one that fails. */
function host(failing = "") {
  const done: string[] = [];
  const zram: ZramHost = {
    add: async () => `zram${5 + done.push("add")}`,
    take: async (step) => {
      done.push(commandOf(step));
      if (commandOf(step) === failing) throw new Error(`failed: ${failing}`);
    },
  };
  return { zram, done };
}

function addSlice(tree: Tree, number: number, { isOn = true, heldBytes = 4096 } = {}): void {
  tree.write(`dev/zram${number}`, swapHeader("selfballoon"));
  tree.write(`sys/block/zram${number}/mm_stat`, `${heldBytes} 0 0 0\n`);
  const line = isOn ? `/dev/zram${number} partition\t65532\t0\t100\n` : "";
  tree.write("proc/swaps", (tree.read("proc/swaps") || HEADLINE) + line);
}

describe("setting up slices", () => {
  it("is a device, a size, a labelled header and a swapon of the same priority for each", async () => {
    const { files } = machine();
    const { zram, done } = host();
    const names = await setUpSlices(files, zram, { ...PLAN, count: 2, algorithm: "zstd" });
    expect(names).toEqual(["zram6", "zram11"]);
    expect(done.slice(0, 5)).toEqual([
      "add",
      "echo zstd >/sys/block/zram6/comp_algorithm",
      "echo 50M >/sys/block/zram6/disksize",
      "mkswap -L selfballoon /dev/zram6",
      "swapon -p 50 /dev/zram6",
    ]);
    expect(done).toHaveLength(10);
  });

  it("is all or nothing: what was done is undone", async () => {
    const { files } = machine();
    const { zram, done } = host("swapon -p 50 /dev/zram10");
    await expect(setUpSlices(files, zram, PLAN)).rejects.toThrow("failed: swapon");
    expect(done.slice(-2)).toEqual([
      "echo 6 >/sys/class/zram-control/hot_remove",
      "echo 10 >/sys/class/zram-control/hot_remove",
    ]);
  });

  it("is refused where there are slices already, on or off", async () => {
    const { files } = machine((tree) => addSlice(tree, 4, { isOn: false }));
    const { zram, done } = host();
    const refused = { code: "ERR_USAGE", message: expect.stringContaining("zram4") };
    await expect(setUpSlices(files, zram, PLAN)).rejects.toMatchObject(refused);
    expect(done).toEqual([]);
  });

  it("can be looked at as commands, with the numbers that the kernel would give", () => {
    const { files } = machine((tree) => tree.write("sys/block/zram2/mm_stat", "0 0 0 0\n"));
    const commands = setUpCommands(files, PLAN);
    expect(commands.slice(0, 4)).toEqual([
      "cat /sys/class/zram-control/hot_add",
      "echo 34M >/sys/block/zram1/disksize",
      "mkswap -L selfballoon /dev/zram1",
      "swapon -p 50 /dev/zram1",
    ]);
    expect(commands.filter((command) => command.startsWith("swapon"))).toEqual([
      "swapon -p 50 /dev/zram1",
      "swapon -p 50 /dev/zram3",
      "swapon -p 50 /dev/zram4",
    ]);
  });

  it("begins with the module where it is not there yet", () => {
    const { files } = machine((tree) => tree.remove(HOT_ADD));
    expect(setUpCommands(files, PLAN)[0]).toBe("modprobe zram num_devices=0");
  });
});

describe("removing slices", () => {
  it("is swapoff and removal of each, of those that are off only removal, and of no other zram", async () => {
    const { files } = machine((tree) => {
      addSlice(tree, 10);
      addSlice(tree, 9, { isOn: false });
    });
    const { zram, done } = host();
    expect(await removeSlices(files, zram)).toEqual(["zram9", "zram10"]);
    expect(done).toEqual([
      "echo 9 >/sys/class/zram-control/hot_remove",
      "swapoff /dev/zram10",
      "echo 10 >/sys/class/zram-control/hot_remove",
    ]);
    expect(removeCommands(files)).toEqual(done);
  });

  it("stops before a slice that does not fit into what is available", async () => {
    const { files } = machine((tree) => addSlice(tree, 1, { heldBytes: 2 ** 40 }));
    const { zram, done } = host();
    const refused = { code: "ERR_TOOL", message: expect.stringContaining("it holds 1048576 MiB") };
    await expect(removeSlices(files, zram)).rejects.toMatchObject(refused);
    expect(done).toEqual([]);
  });

  it("is nothing where there are none", async () => {
    const { files } = machine();
    expect(await removeSlices(files, host().zram)).toEqual([]);
  });
});
