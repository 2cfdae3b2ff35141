import { describe, expect, it } from "vitest";
import { examineHostMemory } from "../../../src/machine/examine-host.ts";
import { MachineFiles } from "../../../src/machine/files.ts";
import { Tree, temporaryFolder } from "../../support/trees.ts";

function host(availableMib: number, files: Readonly<Record<string, string>> = {}) {
  const tree = new Tree("xen/pv-idle");
  tree.write("proc/meminfo", `MemTotal:       10240000 kB\nMemAvailable:   ${availableMib * 1024} kB\n`);
  for (const [path, text] of Object.entries(files)) tree.write(path, text);
  return examineHostMemory(new MachineFiles(tree.root)).map(({ level, what }) => `${level}: ${what}`);
}

describe("what doctor says of a host's own memory", () => {
  it("is what is available, and whether it needs memory of its guests", () => {
    expect(host(5000)).toEqual([
      "ok: The host has 5000 of 10000 MiB available; it needs memory of its guests below 1000.",
    ]);
    expect(host(900)).toEqual(["warn: The host has 900 of 10000 MiB available: it needs memory of its guests."]);
    expect(host(200)).toEqual(["warn: The host has 200 of 10000 MiB available: it is about to run out."]);
  });

  it("is that of the cgroup that leaves us less", () => {
    const group = {
      "proc/self/cgroup": "0::/vm\n",
      "sys/fs/cgroup/vm/memory.max": `${2000 * 1_048_576}\n`,
      "sys/fs/cgroup/vm/memory.current": `${500 * 1_048_576}\n`,
    };
    expect(host(5000, group)[0]).toMatch(/^ok: The cgroup that we are in has 1500 of 2000 MiB available;/);
  });

  it("names KSM while it merges, and what ZFS's cache would give back", () => {
    const [, arc, ksm] = host(5000, {
      "proc/spl/kstat/zfs/arcstats": "c_min 4 1048576\nsize 4 105906176\n",
      "sys/kernel/mm/ksm/run": "1\n",
      "sys/kernel/mm/ksm/pages_sharing": "1234\n",
    });
    expect(arc).toBe("info: ZFS's cache (ARC) would give 100 MiB back: they count as available.");
    expect(ksm).toMatch(/^info: KSM merges equal pages of guests \(1234 pages share another now\)/);
    expect(host(5000, { "sys/kernel/mm/ksm/run": "2\n" })).toHaveLength(1);
  });

  it("says so where the host tells nothing", () => {
    const [only] = examineHostMemory(new MachineFiles(temporaryFolder()));
    expect(only?.what).toMatch(/need can't be judged/);
  });
});
