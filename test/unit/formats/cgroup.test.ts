import { describe, expect, it } from "vitest";
import { parseCgroupBytes, parseCgroupCache, parseMemoryCgroups } from "../../../src/formats/cgroup.ts";

describe("a process's memory cgroups", () => {
  it("are its own and those above it, to the root", () => {
    const paths = ["/system.slice/selfballoon.service", "/system.slice", ""];
    expect(parseMemoryCgroups("0::/system.slice/selfballoon.service\n")).toEqual({ version: 2, paths });
  });

  it("are the root alone in a container that sees its own as the root, or cannot see it", () => {
    expect(parseMemoryCgroups("0::/\n")).toEqual({ version: 2, paths: [""] });
    expect(parseMemoryCgroups("0::/../../etc\n")).toEqual({ version: 2, paths: [""] });
    expect(parseMemoryCgroups(`0::${"/a".repeat(17)}\n`)).toEqual({ version: 2, paths: [""] });
  });

  it("are of version 1 where that has the memory controller", () => {
    const text = "9:name=systemd:/x\n4:memory:/docker/7\n3:cpu,cpuacct:/y\n0::/z\n";
    expect(parseMemoryCgroups(text)).toEqual({ version: 1, paths: ["/docker/7", "/docker", ""] });
    expect(parseMemoryCgroups("5:hugetlb,memory:/a\n")?.paths).toEqual(["/a", ""]);
    expect(parseMemoryCgroups("4:memoryless:/a\n0::/z\n")).toEqual({ version: 2, paths: ["/z", ""] });
  });

  it("are none where the text names none", () => {
    expect(parseMemoryCgroups("3:cpu:/\n")).toBeNull();
  });
});

describe("a cgroup's figures", () => {
  it.each([
    ["1073741824\n", 1073741824],
    ["max\n", null],
    ["9223372036854771712\n", null],
    ["", null],
    ["-1\n", null],
  ])("of %j are %d", (text, bytes) => {
    expect(parseCgroupBytes(text)).toBe(bytes);
  });

  it("have the cache that would be taken back", () => {
    const text = "anon 5\ninactive_file 100\nactive_file 20\nslab_reclaimable 3\ntotal_inactive_file 7\n";
    expect(parseCgroupCache(text, 2)).toBe(123);
    expect(parseCgroupCache("inactive_file 1\ntotal_inactive_file 70\ntotal_active_file 5\n", 1)).toBe(75);
    expect(parseCgroupCache("", 2)).toBe(0);
  });
});
