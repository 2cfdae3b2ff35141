import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MachineFiles } from "../../../../src/machine/files.ts";
import { chooseSlice, findSlices, type Slice } from "../../../../src/swap/slices/slices.ts";
import { swapHeader } from "../../../support/swap-header.ts";
import { Tree } from "../../../support/trees.ts";

const HEADLINE = "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n";
const MM_STAT = "40960 0 0 0 0 0 0 0\n";

/** A machine with these zram devices swapped on: number, priority, label. */
function find(...areas: readonly (readonly [number, number, string])[]) {
  const tree = new Tree("xen/pv-idle");
  const lines = areas.map(([number, priority]) => `/dev/zram${number}  partition\t65532\t0\t${priority}\n`);
  tree.write("proc/swaps", HEADLINE + lines.join(""));
  for (const [number, , label] of areas) {
    tree.write(`sys/block/zram${number}/mm_stat`, MM_STAT);
    tree.write(`dev/zram${number}`, swapHeader(label));
  }
  return findSlices(new MachineFiles(tree.root), 4096);
}

describe("slices", () => {
  it("are zram devices with our label and one priority, and hold what zram holds but the header", () => {
    expect(find([3, 100, "selfballoon"], [4, 100, "selfballoon"])).toEqual([
      { path: "/dev/zram3", priority: 100, storedPages: 9 },
      { path: "/dev/zram4", priority: 100, storedPages: 9 },
    ]);
  });

  it("are not zram devices of others, nor one alone, nor one of another priority", () => {
    expect(find([0, 100, ""], [1, 100, "zram0"])).toEqual([]);
    expect(find([0, 100, ""], [1, 100, "selfballoon"])).toEqual([]);
    const found = find([0, 5, "selfballoon"], [1, 100, "selfballoon"], [2, 100, "selfballoon"]);
    expect(found.map(({ path }) => path)).toEqual(["/dev/zram1", "/dev/zram2"]);
  });

  it("are found where the kernel shows no /dev before them", () => {
    const tree = new Tree("xen/pv-idle");
    const lines = [1, 2].map((number) => `/zram${number}  partition\t65532\t0\t100\n`);
    tree.write("proc/swaps", `${HEADLINE}${lines.join("")}/zram3  file\t65532\t0\t100\n`);
    for (const number of [1, 2, 3]) {
      tree.write(`sys/block/zram${number}/mm_stat`, MM_STAT);
      tree.write(`dev/zram${number}`, swapHeader("selfballoon"));
    }
    const found = findSlices(new MachineFiles(tree.root), 4096);
    expect(found.map(({ path }) => path)).toEqual(["/dev/zram1", "/dev/zram2"]);
  });

  it("are none where there is no swap at all", () => {
    const tree = new Tree("xen/pv-idle");
    tree.remove("proc/swaps");
    expect(findSlices(new MachineFiles(tree.root), 4096)).toEqual([]);
  });
});

describe("the slice that is taken off", () => {
  const slices = (...pages: readonly number[]): readonly Slice[] =>
    pages.map((storedPages, number) => ({ path: `/dev/zram${number}`, priority: 100, storedPages }));

  it.each([
    ["is the smallest that is enough", [500, 120, 200, 90], 100, 120],
    ["is the largest if none is enough", [50, 70, 60], 100, 70],
    ["is never an empty one", [0, 0, 3], 1, 3],
  ])("%s", (_, pages, missing, chosen) => {
    expect(chooseSlice(slices(...pages), missing)?.storedPages).toBe(chosen);
  });

  it("is none where all are empty", () => {
    expect(chooseSlice(slices(0, 0), 1)).toBeNull();
    expect(chooseSlice([], 1)).toBeNull();
  });

  it("brings what is stored to the target, and below it by less than one slice, however full each is", () => {
    const pages = fc.array(fc.nat({ max: 1000 }), { minLength: 2, maxLength: 20 });
    fc.assert(
      fc.property(pages, fc.nat({ max: 20_000 }), (held, targetPages) => {
        let left = slices(...held);
        const stored = (): number => left.reduce((sum, { storedPages }) => sum + storedPages, 0);
        let lastPages = 0;
        while (stored() > targetPages) {
          const slice = chooseSlice(left, stored() - targetPages);
          if (slice === null) throw new Error("pages are missing, and all slices are empty");
          lastPages = slice.storedPages;
          left = left.map((other) => (other === slice ? { ...other, storedPages: 0 } : other));
        }
        expect(lastPages === 0 || stored() > targetPages - lastPages).toBe(true);
      }),
    );
  });
});
