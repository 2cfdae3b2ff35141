import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { createSwapOnlyBackend } from "../../../../src/backends/swap-only/backend.ts";
import { MachineFiles } from "../../../../src/machine/files.ts";
import { Tree } from "../../../support/trees.ts";

const never = new AbortController().signal;

function backend(compressedSwap: readonly string[] = ["zram0"]) {
  const tree = new Tree("qemu/linux-6.12-zswap");
  tree.write("proc/sys/kernel/hostname", "desk\n");
  const files = new MachineFiles(tree.root);
  return createSwapOnlyBackend({
    files,
    compressedSwap: () => compressedSwap,
    frontswapPages: () => 77,
    nowS: () => 5,
  });
}

describe("a machine without a balloon", () => {
  it("is of use if it has compressed swap", async () => {
    expect(await backend().probe()).toEqual({
      usable: true,
      found: "compressed swap (zram0) and no balloon on this machine",
    });
    expect(await backend([]).probe()).toMatchObject({ usable: false, refused: false });
  });

  it("is one guest, with what its kernel says and no balloon", async () => {
    const open = await backend().open();
    expect(await open.guests(never)).toEqual(["desk"]);
    const { observation, notices } = await open.observe("desk", never);
    expect(observation).toMatchObject({
      t: 5,
      guest: "desk",
      pageBytes: 4096,
      frontswapPages: 77,
      balloonCurrentPages: null,
      balloonMaxPages: null,
    });
    expect(observation.totalramPages).toBe(732_724 / 4);
    expect(notices).toEqual([]);
    expect(open.watch("desk", never)).toBeNull();
    await expect(open.observe("other", never)).rejects.toMatchObject({ code: "ERR_GUEST_UNKNOWN" });
  });

  it("is read without its zones, which nothing depends on here", async () => {
    const tree = new Tree("qemu/linux-6.12-zswap");
    tree.write("proc/zoneinfo", "rubbish\n");
    tree.write("proc/self/auxv", readFileSync("/proc/self/auxv"));
    const options = { compressedSwap: () => ["zram0"], frontswapPages: () => 77, nowS: () => 5 };
    const open = await createSwapOnlyBackend({ ...options, files: new MachineFiles(tree.root) }).open();
    const [guest = ""] = await open.guests(never);
    const { observation } = await open.observe(guest, never);
    expect(observation).toMatchObject({ frontswapPages: 77, totalreservePages: null, maxPfn: null });
  });

  it("has nothing to move, and nothing to give back", async () => {
    const open = await backend().open();
    await expect(open.apply("desk", 1, 4096, never)).rejects.toMatchObject({ code: "ERR_NO_BACKEND" });
    await expect(open.release("desk", null, never)).resolves.toBeUndefined();
    await open.close();
  });
});
