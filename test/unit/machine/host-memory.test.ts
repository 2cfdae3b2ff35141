import { describe, expect, it } from "vitest";
import type { HostReading } from "../../../src/core/host/host-reading.ts";
import { MachineFiles } from "../../../src/machine/files.ts";
import { lookAtHostMemory } from "../../../src/machine/host-memory.ts";
import { Tree, temporaryFolder } from "../../support/trees.ts";

const MIB = 1_048_576;
const MEMINFO = "MemTotal:       8388608 kB\nMemFree:        1048576 kB\nMemAvailable:   4194304 kB\n";
const pressure = (us: number): string =>
  `some avg10=0.00 avg60=0.00 avg300=0.00 total=${us}\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=${us / 2}\n`;

const reading = (files: MachineFiles): HostReading => lookAtHostMemory(files).reading;

function machine(files: Readonly<Record<string, string>>): MachineFiles {
  const tree = new Tree("xen/pv-idle");
  for (const path of ["proc/meminfo", "proc/pressure/memory"]) tree.write(path, "");
  for (const [path, text] of Object.entries({ "proc/meminfo": MEMINFO, ...files })) tree.write(path, text);
  return new MachineFiles(tree.root);
}

/** A group of version 2 with a limit of 2 GiB, of which 1536 MiB are used, 256 of them by cache. */
function group(path: string, maxMib: number | null) {
  return {
    [`sys/fs/cgroup${path}/memory.max`]: maxMib === null ? "max\n" : `${maxMib * MIB}\n`,
    [`sys/fs/cgroup${path}/memory.current`]: `${1536 * MIB}\n`,
    [`sys/fs/cgroup${path}/memory.stat`]: `inactive_file ${200 * MIB}\nactive_file ${56 * MIB}\n`,
    [`sys/fs/cgroup${path}/memory.pressure`]: pressure(77),
  };
}

describe("what a host says of its own memory", () => {
  it("is its total, what is available, and how long tasks stalled", () => {
    const files = machine({ "proc/pressure/memory": pressure(1000) });
    expect(reading(files)).toMatchObject({
      ...{ totalBytes: 8192 * MIB, availableBytes: 4096 * MIB, someTotalUs: 1000, fullTotalUs: 500 },
    });
  });

  it("is what lies in swap, where it says so", () => {
    const swap = `${MEMINFO}SwapTotal:       1048576 kB\nSwapFree:         786432 kB\n`;
    expect(reading(machine({ "proc/meminfo": swap })).swappedBytes).toBe(256 * MIB);
    expect(reading(machine({})).swappedBytes).toBeNull();
  });

  it("has ZFS's cache among what is available, and never more than there is", () => {
    const arc = (size: number): string =>
      `c_min                           4    ${256 * MIB}\nsize                            4    ${size}\n`;
    const path = "proc/spl/kstat/zfs/arcstats";
    expect(reading(machine({ [path]: arc(1256 * MIB) })).availableBytes).toBe(5096 * MIB);
    expect(reading(machine({ [path]: arc(99_999 * MIB) })).availableBytes).toBe(8192 * MIB);
  });

  it("is that of our cgroup, or of one above it, where its limit leaves less", () => {
    const own = { "proc/self/cgroup": "0::/vm.slice/a.scope\n", "proc/pressure/memory": pressure(1000) };
    const limited = { totalBytes: 2048 * MIB, availableBytes: 768 * MIB, someTotalUs: 77 };
    expect(reading(machine({ ...own, ...group("/vm.slice/a.scope", 2048) }))).toMatchObject(limited);
    const above = { ...group("/vm.slice/a.scope", null), ...group("/vm.slice", 2048) };
    expect(reading(machine({ ...own, ...above }))).toMatchObject(limited);
    expect(reading(machine({ ...own, ...group("/vm.slice", 8000) }))).toMatchObject({
      ...{ totalBytes: 8192 * MIB, availableBytes: 4096 * MIB, someTotalUs: 1000 },
    });
  });

  it("is not the limit of the daemon's own service, which no guest is in", () => {
    const machineHas = { totalBytes: 8192 * MIB, availableBytes: 4096 * MIB, someTotalUs: 1000 };
    const own = { "proc/self/cgroup": "0::/selfballoon.service\n", "proc/pressure/memory": pressure(1000) };
    expect(reading(machine({ ...own, ...group("/selfballoon.service", 2048) }))).toMatchObject(machineHas);
    const folder = "sys/fs/cgroup/memory/system.slice/selfballoon.service";
    const files = machine({
      ...{ "proc/self/cgroup": "4:memory:/system.slice/selfballoon.service\n", "proc/pressure/memory": pressure(1000) },
      [`${folder}/memory.limit_in_bytes`]: `${256 * MIB}\n`,
      [`${folder}/memory.usage_in_bytes`]: `${60 * MIB}\n`,
      [`${folder}/memory.stat`]: "total_inactive_file 0\ntotal_active_file 0\n",
    });
    expect(reading(files)).toMatchObject(machineHas);
  });

  it("is that of what a service is in, as in a container", () => {
    const own = { "proc/self/cgroup": "0::/selfballoon.service\n" };
    const files = machine({ ...own, ...group("/selfballoon.service", 256), ...group("", 2048) });
    expect(reading(files)).toMatchObject({ totalBytes: 2048 * MIB, availableBytes: 768 * MIB });
  });

  it("is that of a cgroup of version 1, too, whose pressure is the machine's", () => {
    const folder = "sys/fs/cgroup/memory/box";
    const files = machine({
      "proc/self/cgroup": "4:memory:/box\n0::/\n",
      "proc/pressure/memory": pressure(1000),
      [`${folder}/memory.limit_in_bytes`]: `${1024 * MIB}\n`,
      [`${folder}/memory.usage_in_bytes`]: `${1000 * MIB}\n`,
      [`${folder}/memory.stat`]: `total_inactive_file ${100 * MIB}\ntotal_active_file 0\n`,
    });
    expect(reading(files)).toMatchObject({
      ...{ totalBytes: 1024 * MIB, availableBytes: 124 * MIB, someTotalUs: 1000 },
    });
  });

  it("is nothing where there is nothing to read, and no error", () => {
    expect(reading(new MachineFiles(temporaryFolder()))).toEqual({
      ...{
        totalBytes: null,
        availableBytes: null,
        someTotalUs: null,
        swappedBytes: null,
        fullTotalUs: null,
        swapOutBytes: null,
      },
    });
  });
});
