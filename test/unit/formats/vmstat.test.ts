import { describe, expect, it } from "vitest";
import { parseVmstat } from "../../../src/formats/vmstat.ts";
import { readFixture } from "../../support/fixtures.ts";

describe("parseVmstat", () => {
  it.each([
    ["xen/pv-idle", { refaultPages: 0, swapInPages: 0, swapOutPages: 0, oomKills: 0, allocStalls: 0 }],
    ["xen/pv-zram", { refaultPages: 21 + 590, swapInPages: 27, swapOutPages: 31_586, oomKills: 0, allocStalls: 18 }],
    ["xen/pv-stuck-inflate", { refaultPages: 2775, swapInPages: 0, swapOutPages: 0, oomKills: 2, allocStalls: 172 }],
    ["qemu/linux-6.1-after-oom", { refaultPages: 0, swapInPages: 0, swapOutPages: 0, oomKills: 1, allocStalls: 17 }],
    [
      "qemu/linux-6.12-thrash",
      { refaultPages: 137_669, swapInPages: 137_673, swapOutPages: 213_320, oomKills: 0, allocStalls: 29 + 357 },
    ],
    ["qemu/linux-6.12-boosted", { refaultPages: 0, swapInPages: 0, swapOutPages: 0, oomKills: 0, allocStalls: 3628 }],
  ])("reads %s", (guest, expected) => {
    expect(parseVmstat(readFixture(`${guest}/proc/vmstat`))).toEqual(expected);
  });

  it("reads the single counters of older kernels", () => {
    expect(parseVmstat("nr_free_pages 5\nworkingset_refault 12\nallocstall 3\npswpin 4\npswpout 5\n")).toEqual({
      refaultPages: 12,
      swapInPages: 4,
      swapOutPages: 5,
      oomKills: null,
      allocStalls: 3,
    });
  });

  it("gives null, not 0, for counters that are not there", () => {
    expect(parseVmstat("oom_kill 1\n")).toEqual({
      refaultPages: null,
      swapInPages: null,
      swapOutPages: null,
      oomKills: 1,
      allocStalls: null,
    });
  });

  it("does not take a longer name for a shorter one, nor judge other counters", () => {
    const text =
      "pswpin_slow 9\noom_kill_other 9\nxoom_kill 8\noom_kill 1\nthp_swpout -1\nallocstalls 9\nallocstall_x 2\n";
    expect(parseVmstat(text)).toMatchObject({ swapInPages: null, oomKills: 1, allocStalls: 2 });
  });

  it("gives null for a counter that is no count, and tells the others", () => {
    const odd = "oom_kill -1\npswpin 5\nallocstall_dma 1 2\nallocstall_normal 3\nworkingset_refault_file\n";
    expect(parseVmstat(odd)).toEqual({
      refaultPages: null,
      swapInPages: 5,
      swapOutPages: null,
      oomKills: null,
      allocStalls: null,
    });
  });

  it("gives null for counters whose sum nobody can have", () => {
    const text = `pswpin 5\nworkingset_refault_anon ${2 ** 52}\nworkingset_refault_file ${2 ** 52}\n`;
    expect(parseVmstat(text)).toMatchObject({ swapInPages: 5, refaultPages: null });
  });

  it("refuses a text that tells none of them", () => {
    expect(() => parseVmstat("nr_free_pages 5\noom_kill x\n")).toThrow("none of ours");
  });
});
