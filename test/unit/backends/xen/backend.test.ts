import { afterEach, describe, expect, it, vi } from "vitest";
import { createXenBackend } from "../../../../src/backends/xen/backend.ts";
import { XenBalloon } from "../../../../src/backends/xen/balloon.ts";
import type { OpenBackend } from "../../../../src/core/backend.ts";
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

afterEach(() => vi.restoreAllMocks());

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

  it.each([0, -4096, 1.5, Number.NaN, Number.POSITIVE_INFINITY])(
    "refuses to write a target of %d pages",
    async (pages) => {
      const { xen, guest, target } = await open();
      await expect(xen.apply(guest, pages, 4096, NEVER)).rejects.toMatchObject({ code: "ERR_TARGET_UNSAFE" });
      expect(target()).toBe(524_288);
    },
  );

  it.each([
    ["less than any guest can live with", 1, 48 * 1024],
    ["a page less than that", 48 * 256 - 1, 48 * 1024],
    ["a page more than it was built for", 262_145, 1_048_576],
    ["far more than it was built for", 2 ** 40, 1_048_576],
  ])("cuts a target to what may be asked for now: %s", async (_, pages, writtenKib) => {
    const { xen, guest, target } = await open();
    await xen.apply(guest, pages, 4096, NEVER);
    expect(target()).toBe(writtenKib);
  });

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

  it.each(["proc/meminfo", `${XEN_MEMORY}/info/current_kb`, `${XEN_MEMORY}/target_kb`])(
    "is not read when %s holds rubbish, and the error says where",
    async (path) => {
      const { tree, observe } = await open();
      tree.write(path, "rubbish\n");
      await expect(observe()).rejects.toMatchObject({ code: "ERR_FORMAT" });
      await expect(observe()).rejects.toThrow(path);
    },
  );

  it.each(["", "rubbish\n", null])(
    "reckons with more of a reserve than there is where zoneinfo holds %j",
    async (text) => {
      const { tree, observe } = await open();
      if (text === null) tree.remove("proc/zoneinfo");
      else tree.write("proc/zoneinfo", text);
      expect(await observe()).toMatchObject({
        pageBytes: 4096,
        totalramPages: 456_044 / 4,
        // It was built for 1024 MiB.
        totalreservePages: 64 * 256,
        maxPfn: 262_144,
        committedPages: 252,
        availablePages: 102_413,
      });
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

  it.each(["", "rubbish\n", null])(
    "goes on where retry_count holds %j, and still wakes a kernel that gave up",
    async (text) => {
      const { tree, xen, guest, target } = await open();
      if (text === null) tree.remove(`${XEN_MEMORY}/retry_count`);
      else tree.write(`${XEN_MEMORY}/retry_count`, text);
      await xen.apply(guest, 100_000, 4096, NEVER);
      await xen.apply(guest, 100_000, 4096, NEVER);
      expect(target()).toBe(399_996);
    },
  );

  it("is the only one", async () => {
    const { xen } = await open();
    await expect(xen.observe("another", NEVER)).rejects.toMatchObject({ code: "ERR_GUEST_UNKNOWN" });
  });

  it.each([
    ["right before", 2],
    ["right after", 3],
  ])("leaves a target alone that the toolstack wrote %s ours", async (_, reading) => {
    const { tree, xen, guest, observe, target } = await open();
    await observe();
    const read = MachineFiles.prototype.read;
    let reads = 0;
    const files = vi.spyOn(MachineFiles.prototype, "read").mockImplementation(function (this: MachineFiles, path) {
      if (path.endsWith("target_kb") && ++reads === reading) tree.write(`${XEN_MEMORY}/target_kb`, "300000\n");
      return read.call(this, path);
    });
    await xen.apply(guest, 100_000, 4096, NEVER);
    files.mockRestore();
    expect(target()).toBe(300_000);
    const { notices } = await xen.observe(guest, NEVER);
    expect(notices.map(({ code }) => code)).toEqual(["target_moved"]);
  });

  it("says that nothing was written where the toolstack writes again and again", async () => {
    const { tree, xen, guest, target } = await open();
    let writtenKib = 300_000;
    const read = MachineFiles.prototype.read;
    const files = vi.spyOn(MachineFiles.prototype, "read").mockImplementation(function (this: MachineFiles, path) {
      if (path.endsWith("target_kb")) {
        writtenKib += 4;
        tree.write(`${XEN_MEMORY}/target_kb`, `${writtenKib}\n`);
      }
      return read.call(this, path);
    });
    await expect(xen.apply(guest, 100_000, 4096, NEVER)).rejects.toMatchObject({ code: "ERR_TARGET_MOVED" });
    files.mockRestore();
    expect(target()).toBe(writtenKib);
  });

  it("has its target back, and says so, when a write is taken for something else", async () => {
    const { tree, xen, guest, target } = await open();
    const write = vi.spyOn(MachineFiles.prototype, "write").mockImplementationOnce(() => {
      tree.write(`${XEN_MEMORY}/target_kb`, "0\n");
    });
    await expect(xen.apply(guest, 100_000, 4096, NEVER)).rejects.toMatchObject({ code: "ERR_TARGET_NOT_TAKEN" });
    expect(write).toHaveBeenCalledTimes(2);
    write.mockRestore();
    expect(target()).toBe(524_288);
  });

  it("says so when a write is not taken at all", async () => {
    const { xen, guest, target } = await open();
    const write = vi.spyOn(MachineFiles.prototype, "write").mockImplementation(() => {});
    await expect(xen.apply(guest, 100_000, 4096, NEVER)).rejects.toMatchObject({ code: "ERR_TARGET_NOT_TAKEN" });
    expect(write).toHaveBeenCalledTimes(1);
    write.mockRestore();
    expect(target()).toBe(524_288);
  });
});

/** While `during` is read, `change` happens; once. @returns an end to it. */
function meanwhile(during: string, change: () => void): () => void {
  const read = MachineFiles.prototype.read;
  let happened = false;
  const spy = vi.spyOn(MachineFiles.prototype, "read").mockImplementation(function (this: MachineFiles, path) {
    const text = read.call(this, path);
    if (path === during && !happened) {
      happened = true;
      change();
    }
    return text;
  });
  return () => spy.mockRestore();
}

describe("a Xen guest whose balloon moves while it is read", () => {
  it("does not keep an offset between numbers of two moments", async () => {
    const { tree, observe } = await open();
    // It is at rest when the balloon is read; then a move begins, and MemTotal is read after the first batch.
    tree.edit("proc/meminfo", /^MemTotal: +\d+/m, `MemTotal: ${524_288 - OFFSET_KIB - 2048}`);
    const restore = meanwhile("/proc/meminfo", () => tree.write(`${XEN_MEMORY}/info/current_kb`, "522240\n"));
    await observe();
    restore();
    tree.write(`${XEN_MEMORY}/target_kb`, "400000\n");
    // Later in the move the two happen to agree: what was kept from the first reading would be 2 MiB off.
    tree.write(`${XEN_MEMORY}/info/current_kb`, "500000\n");
    tree.edit("proc/meminfo", /^MemTotal: +\d+/m, `MemTotal: ${500_000 - OFFSET_KIB}`);
    const { totalramPages, balloonCurrentPages } = await observe();
    expect((balloonCurrentPages ?? 0) - (totalramPages ?? 0)).toBe(OFFSET_KIB / 4);
  });

  it("is read again, so that what it has and what its balloon holds are of one moment", () => {
    const tree = new Tree("xen/pv-idle");
    const restore = meanwhile(`/${XEN_MEMORY}/info/current_kb`, () => {
      tree.write(`${XEN_MEMORY}/info/current_kb`, String(524_288 + 51_200));
      tree.write(`${XEN_MEMORY}/info/low_kb`, String(1_048_576 - 524_288 - 51_200));
    });
    const reading = new XenBalloon(new MachineFiles(tree.root)).read();
    restore();
    expect(reading).toMatchObject({ currentKib: 524_288 + 51_200, sumKib: 1_048_576 });
  });

  /** On the way up the balloon has handed out pages that current_kb does not count yet. */
  const tear = (tree: Tree, tornKib: number) => {
    tree.write(`${XEN_MEMORY}/target_kb`, "1048576\n");
    tree.write(`${XEN_MEMORY}/info/current_kb`, "700000\n");
    tree.write(`${XEN_MEMORY}/info/low_kb`, `${1_048_576 - 700_000 - tornKib}\n`);
  };

  it.each([4, 1024, 2044, 2048])(
    "may have all that it was built for when its numbers are %i KiB apart",
    async (torn) => {
      const { tree, xen, guest, observe, target } = await open();
      await xen.apply(guest, 262_144, 4096, NEVER);
      tear(tree, torn);
      expect((await observe()).balloonMaxPages).toBe(262_144);
      await xen.apply(guest, 262_144, 4096, NEVER);
      expect(target()).toBe(1_048_576);
      await xen.apply(guest, 200_000, 4096, NEVER);
      tree.write(`${XEN_MEMORY}/info/low_kb`, `${1_048_576 - 700_000 - torn}\n`);
      await xen.release(guest, null, NEVER);
      expect(target()).toBe(1_048_576);
    },
  );
});

describe("a Xen guest whose toolstack sets less than any guest can live with", () => {
  it.each([
    ["applied", (xen: OpenBackend, guest: string) => xen.apply(guest, 100_000, 4096, NEVER)],
    ["given all back", (xen: OpenBackend, guest: string) => xen.release(guest, null, NEVER)],
  ])("keeps that target, and tells it, when it is %s", async (_, act) => {
    const { tree, xen, guest, target } = await open();
    await xen.observe(guest, NEVER);
    tree.write(`${XEN_MEMORY}/target_kb`, "32768\n");
    await act(xen, guest);
    expect(target()).toBe(32_768);
    const { notices } = await xen.observe(guest, NEVER);
    expect(notices.map(({ code }) => code)).toEqual(["target_moved"]);
  });
});
