import { describe, expect, it } from "vitest";
import { parseSwaps } from "../../../src/formats/swaps.ts";
import { readFixture } from "../../support/fixtures.ts";

const HEADLINE = "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n";

describe("parseSwaps", () => {
  it("reads a guest without swap", () => {
    expect(parseSwaps(readFixture("xen/pv-idle/proc/swaps"))).toEqual([]);
  });

  it("reads a zram device whose priority nobody chose", () => {
    expect(parseSwaps(readFixture("xen/pv-zram/proc/swaps"))).toEqual([
      { path: "/dev/zram0", type: "partition", sizeKib: 524_284, usedKib: 126_464, priority: -2 },
    ]);
  });

  it("reads fifteen slices of equal priority", () => {
    const areas = parseSwaps(readFixture("qemu/linux-6.12-zswap/proc/swaps"));
    expect(areas).toHaveLength(15);
    expect(areas[0]).toEqual({ path: "/dev/vda1", type: "partition", sizeKib: 70_652, usedKib: 15_200, priority: 10 });
    expect(areas.reduce((sum, area) => sum + area.usedKib, 0)).toBe(225_440);
    expect(new Set(areas.map((area) => area.priority))).toEqual(new Set([10]));
  });

  it("decodes blank, tab, newline and backslash in a path, and nothing else", () => {
    const text = `${HEADLINE}/my\\040swap\\011a\\012b\\134040\\400\\9 file\t\t8\t\t0\t\t-3\n`;
    expect(parseSwaps(text)[0]).toMatchObject({ path: "/my swap\ta\nb\\040\\400\\9", type: "file", priority: -3 });
  });

  it("reads a file that was deleted", () => {
    expect(parseSwaps(`${HEADLINE}/swap\\040(deleted)  file\t8\t0\t5\n`)[0]?.path).toBe("/swap (deleted)");
  });

  it("reads the swap of a container, which lxcfs shows as an area of the type virtual", () => {
    const text = `${HEADLINE}none\t\t\t\tvirtual\t\t1048576\t0\t0\n`;
    expect(parseSwaps(text)).toEqual([{ path: "none", type: "other", sizeKib: 1_048_576, usedKib: 0, priority: 0 }]);
  });

  it("reads the empty file that some containers have as no swap", () => {
    expect(parseSwaps("")).toEqual([]);
  });

  it.each([
    ["a type that is none", "/dev/sda 7\t8\t0\t-2"],
    ["a column missing", "/dev/sda partition\t8\t0"],
    ["a column too many", "/dev/sda partition\t8\t0\t-2\t9"],
    ["a size that is none", "/dev/sda partition\t-8\t0\t-2"],
    ["more used than there is", "/dev/sda partition\t8\t18014398509481980\t-2"],
    ["a priority that is none", "/dev/sda partition\t8\t0\t--2"],
    ["nothing that is known", "# managed by another program"],
  ])("passes over a line with %s", (_, line) => {
    const areas = parseSwaps(`${HEADLINE}${line}\n/dev/sdb partition\t8\t0\t-2\n`);
    expect(areas.map(({ path }) => path)).toEqual(["/dev/sdb"]);
  });

  it("takes as many areas as the kernel allows, and no more", () => {
    const area = "/dev/sda partition\t8\t0\t-2\n";
    expect(parseSwaps(HEADLINE + area.repeat(32))).toHaveLength(32);
    expect(parseSwaps(HEADLINE + area.repeat(33))).toHaveLength(32);
  });

  it("refuses a text without the headline", () => {
    expect(() => parseSwaps("/dev/sda partition\t8\t0\t-2\n")).toThrow("must hold a headline");
  });
});
