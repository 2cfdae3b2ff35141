import { mkdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { MachineFiles } from "../../../src/machine/files.ts";
import { readOwnKernel } from "../../../src/machine/own-kernel.ts";
import { Tree } from "../../support/trees.ts";

function open(change: (tree: Tree) => void = () => {}, builtForKib: number | null = null) {
  const tree = new Tree("xen/pv-idle");
  change(tree);
  const files = new MachineFiles(tree.root);
  return { files, read: () => readOwnKernel(files, builtForKib).readings };
}

/** The entry for 64 KiB, then the last one. */
const AUXV = Buffer.alloc(32);
AUXV[0] = 6;
AUXV[10] = 1;

describe("this machine's kernel", () => {
  it("is read with this machine's page size", () => {
    const files = new MachineFiles("");
    const { readings, meminfo } = readOwnKernel(files, null);
    expect(readings.pageBytes * (readings.totalramPages ?? 0)).toBe(meminfo.memTotalKib * 1024);
    files.close();
  });

  it("has its page size from the kernel, and not from two numbers that may part", () => {
    const told = open((tree) => tree.write("proc/self/auxv", AUXV));
    expect(told.read()).toMatchObject({ pageBytes: 65_536, totalramPages: Math.floor(456_044 / 64) });
    expect(open().read()).toMatchObject({ pageBytes: 4096, totalramPages: 456_044 / 4 });
  });

  it.each([
    ["refuses to have it read", (tree: Tree, path: string) => mkdirSync(`${tree.root}/${path}`)],
    ["fills it with something else", (tree: Tree, path: string) => tree.write(path, "not supported\n")],
    ["leaves it empty", (tree: Tree, path: string) => tree.write(path, "")],
    ["does not have it", () => {}],
  ])("is read where it %s: pressure, counters", (_, make) => {
    const { read } = open((tree) => {
      tree.remove("proc/pressure/memory");
      tree.remove("proc/vmstat");
      for (const path of ["proc/pressure/memory", "proc/vmstat"]) make(tree, path);
    });
    expect(read()).toMatchObject({ committedPages: 252, psiSomeTotalUs: null, refaultPages: null, oomKills: null });
  });

  it("is read without its zones, which are estimated for those who need them", () => {
    const noZones = (tree: Tree): void => {
      tree.write("proc/self/auxv", AUXV);
      tree.write("proc/zoneinfo", "rubbish\n");
    };
    expect(open(noZones).read()).toMatchObject({ pageBytes: 65_536, totalreservePages: null, maxPfn: null });
    expect(open(noZones, 8_388_608).read()).toMatchObject({ totalreservePages: 128 * 16, maxPfn: 131_072 });
    // Never less than it has.
    expect(open(noZones, 1).read()).toMatchObject({ maxPfn: Math.floor(456_044 / 64) });
  });

  it("is read in pages of 4 KiB where nothing tells their size, and not at all where its zones contradict its size", () => {
    expect(open((tree) => tree.remove("proc/zoneinfo")).read()).toMatchObject({ pageBytes: 4096 });
    const { read } = open((tree) => tree.edit("proc/meminfo", /^MemTotal: +\d+/m, "MemTotal: 99999999"));
    expect(read).toThrow(expect.objectContaining({ code: "ERR_FORMAT" }));
  });
});
