import { describe, expect, it, vi } from "vitest";
import { createXenBackend } from "../../../../src/backends/xen/backend.ts";
import { MachineFiles } from "../../../../src/machine/files.ts";
import { Tree, XEN_MEMORY } from "../../../support/trees.ts";

const OFFSET_KIB = 68_244;

async function open(fixture = "xen/pv-idle") {
  const tree = new Tree(fixture);
  const files = new MachineFiles(tree.root);
  const xen = await createXenBackend({ files, nowS: () => 7, frontswapPages: () => null }).open();
  const [guest = ""] = await xen.guests(NEVER);
  const observe = async () => (await xen.observe(guest, NEVER)).observation;
  const target = () => Number(tree.read(`${XEN_MEMORY}/target_kb`));
  return { tree, xen, guest, observe, target };
}

const NEVER = new AbortController().signal;

describe("a Xen guest", () => {
  it("is observed in pages, from its kernel's files and its balloon's", async () => {
    const { observe } = await open();
    expect(await observe()).toMatchObject({
      t: 7,
      guest: "guest",
      pageBytes: 4096,
      totalramPages: 456_044 / 4,
      committedPages: 252,
      totalreservePages: 450 + 962,
      maxPfn: 262_144,
      balloonCurrentPages: 131_072,
      balloonMaxPages: 262_144,
      frontswapPages: null,
      availablePages: 102_413,
    });
  });

  it("keeps the offset that was taken at rest while the balloon moves ahead of its counter", async () => {
    const { tree, observe } = await open();
    await observe();
    tree.write(`${XEN_MEMORY}/target_kb`, "400000\n");
    // MemTotal is 3 MiB further down than current_kb says.
    tree.write(`${XEN_MEMORY}/info/current_kb`, "500000\n");
    tree.edit("proc/meminfo", /^MemTotal: +\d+/m, `MemTotal: ${500_000 - OFFSET_KIB - 3072}`);
    const { totalramPages, balloonCurrentPages } = await observe();
    expect((balloonCurrentPages ?? 0) - (totalramPages ?? 0)).toBe(OFFSET_KIB / 4);
  });

  it("writes a target in KiB, which reads back as it was written", async () => {
    const { xen, guest, target } = await open();
    await xen.apply(guest, 100_001, 4096, NEVER);
    expect(target()).toBe(400_004);
  });

  it.each([0, -4096, 1.5, Number.NaN, 48 * 256 - 1, 262_145])(
    "refuses to write a target of %d pages",
    async (pages) => {
      const { xen, guest, target } = await open();
      await expect(xen.apply(guest, pages, 4096, NEVER)).rejects.toMatchObject({ code: "ERR_TARGET_UNSAFE" });
      expect(target()).toBe(524_288);
    },
  );

  it("wakes a kernel that stood still since the last write with a value 4 KiB less, and tells it", async () => {
    const { xen, guest, target } = await open();
    await xen.apply(guest, 100_000, 4096, NEVER);
    await xen.apply(guest, 100_000, 4096, NEVER);
    expect(target()).toBe(399_996);
    const { notices } = await xen.observe(guest, NEVER);
    expect(notices.map(({ code }) => code)).toEqual(["retries_given_up"]);
  });

  it("lets a balloon that moves go on", async () => {
    const { tree, xen, guest, target } = await open();
    await xen.apply(guest, 100_000, 4096, NEVER);
    tree.write(`${XEN_MEMORY}/info/current_kb`, "500000\n");
    await xen.apply(guest, 100_000, 4096, NEVER);
    expect(target()).toBe(400_000);
    expect(await xen.observe(guest, NEVER)).toMatchObject({ notices: [] });
  });

  it("does not write over what the toolstack set since the step's observation", async () => {
    const { tree, xen, guest, target } = await open();
    await xen.observe(guest, NEVER);
    tree.write(`${XEN_MEMORY}/target_kb`, "300000\n");
    await xen.apply(guest, 100_000, 4096, NEVER);
    expect(target()).toBe(300_000);
    const { notices } = await xen.observe(guest, NEVER);
    expect(notices).toEqual([{ code: "target_moved", details: { ownMib: 512, newMib: 292 } }]);
  });

  it("tells that the toolstack moved the target, and asks for no more than that", async () => {
    const { tree, xen, guest, target } = await open();
    await xen.observe(guest, NEVER);
    tree.write(`${XEN_MEMORY}/target_kb`, "300000\n");
    const { notices, observation } = await xen.observe(guest, NEVER);
    expect(notices).toEqual([{ code: "target_moved", details: { ownMib: 512, newMib: 292 } }]);
    expect(observation.balloonMaxPages).toBe(75_000);
    tree.followTarget(OFFSET_KIB);
    await xen.release(guest, null, NEVER);
    expect(target()).toBe(300_000);
  });

  it("is given all that it was built for when nothing else is known", async () => {
    const { xen, guest, target } = await open("xen/pv-ballooned");
    await xen.release(guest, null, NEVER);
    expect(target()).toBe(1_048_576);
  });

  it.each(["proc/meminfo", "proc/zoneinfo", `${XEN_MEMORY}/info/current_kb`, `${XEN_MEMORY}/target_kb`])(
    "is not read when %s holds rubbish, and the error says where",
    async (path) => {
      const { tree, observe } = await open();
      tree.write(path, "rubbish\n");
      await expect(observe()).rejects.toMatchObject({ code: "ERR_FORMAT" });
      await expect(observe()).rejects.toThrow(path);
    },
  );

  it("has null for what an older kernel does not tell", async () => {
    const { tree, observe } = await open();
    tree.remove("proc/pressure");
    tree.remove("proc/vmstat");
    expect(await observe()).toMatchObject({
      psiSomeTotalUs: null,
      refaultPages: null,
      oomKills: null,
      committedPages: 252,
    });
  });

  it("is the only one", async () => {
    const { xen } = await open();
    await expect(xen.observe("another", NEVER)).rejects.toMatchObject({ code: "ERR_GUEST_UNKNOWN" });
  });

  it("leaves a target alone that the toolstack wrote right after ours", async () => {
    const { tree, xen, guest, observe, target } = await open();
    await observe();
    const read = MachineFiles.prototype.read;
    let reads = 0;
    const files = vi.spyOn(MachineFiles.prototype, "read").mockImplementation(function (this: MachineFiles, path) {
      if (path.endsWith("target_kb") && ++reads === 3) tree.write(`${XEN_MEMORY}/target_kb`, "300000\n");
      return read.call(this, path);
    });
    await xen.apply(guest, 100_000, 4096, NEVER);
    files.mockRestore();
    expect(target()).toBe(300_000);
    const { notices } = await xen.observe(guest, NEVER);
    expect(notices.map(({ code }) => code)).toEqual(["target_moved"]);
  });
});
