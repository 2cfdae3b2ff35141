import { describe, expect, it } from "vitest";
import { createXenBackend } from "../../../src/backends/xen/backend.ts";
import { startWarnings } from "../../../src/compose/start-warnings.ts";
import type { Backend } from "../../../src/core/backend.ts";
import { createSettings } from "../../../src/core/settings.ts";
import { BYTES_PER_MIB } from "../../../src/core/units.ts";
import { MachineFiles } from "../../../src/machine/files.ts";
import { Tree } from "../../support/trees.ts";

const BOTH_ON = createSettings({ hasCompressedSwap: true });
const GUEST = { place: "guest", isReal: true, hasBalloons: true, isHere: true } as const;

const NO_READING = {
  availableBytes: null,
  someTotalUs: null,
  fullTotalUs: null,
  swapOutBytes: null,
  swappedBytes: null,
};

/** A guest that has 445 MiB now and was built for 1024, with so much swap. */
async function warnings(
  swapKib: number,
  traits: Backend["traits"] = GUEST,
  settings = BOTH_ON,
  host: { memoryMib: number; hasMib: number; isOfCgroup?: boolean } = { memoryMib: 0, hasMib: 0 },
) {
  const tree = new Tree("xen/pv-idle");
  tree.edit("proc/meminfo", /^SwapTotal: .*$/m, `SwapTotal: ${swapKib} kB`);
  const xen = createXenBackend({ files: new MachineFiles(tree.root), frontswapPages: () => 0, nowS: () => 0 });
  const memory = { kind: "bytes", bytes: host.memoryMib * BYTES_PER_MIB } as const;
  const config = { host: { memory, reserveMb: null, take: null, overcommit: null } };
  const reading = { ...NO_READING, totalBytes: host.hasMib * BYTES_PER_MIB };
  const lookAtHost = () => ({ reading, isOfCgroup: host.isOfCgroup ?? false });
  const found = await startWarnings({ traits }, await xen.open(), settings, tree.root, config, lookAtHost);
  return found.map(({ what }) => what);
}

describe("what `run` warns of at the start", () => {
  it.each([
    [0, "There are 0 MiB of swap for 1024 MiB of RAM (it has 445 MiB now)"],
    [600 * 1024, "There are 600 MiB of swap for 1024 MiB of RAM (it has 445 MiB now)"],
  ])("is less swap than the RAM that the guest may have: %i KiB", async (swapKib, expected) => {
    expect(await warnings(swapKib)).toEqual([expect.stringContaining(expected)]);
  });

  it("is nothing where there is as much swap as that, but for a header's size", async () => {
    expect(await warnings(1_048_572)).toEqual([]);
  });

  it("is that neither loop is on", async () => {
    const idle = createSettings({ hasCompressedSwap: false, defaults: { selfballooning: 0 } });
    expect(await warnings(1_048_572, GUEST, idle)).toEqual([
      expect.stringMatching(/^Neither loop is on, so nothing is moved: no compressed swap is configured/),
    ]);
  });

  it("is that guests may have more memory than their host has", async () => {
    const host = { ...GUEST, place: "host" } as const;
    expect(await warnings(0, host, BOTH_ON, { memoryMib: 4096, hasMib: 2048 })).toEqual([
      expect.stringMatching(
        /^Guests may have 4\.0 GiB together \(memory_mb under \[host\]\), and the host has 2\.0 GiB:/,
      ),
    ]);
    expect(await warnings(0, host, BOTH_ON, { memoryMib: 2048, hasMib: 2048 })).toEqual([]);
  });

  it("calls what a cgroup is limited to no host", async () => {
    const host = { ...GUEST, place: "host" } as const;
    expect(await warnings(0, host, BOTH_ON, { memoryMib: 4096, hasMib: 2048, isOfCgroup: true })).toEqual([
      expect.stringMatching(
        /^Guests may have 4\.0 GiB together \(memory_mb under \[host\]\), and the cgroup that we are in is limited to 2\.0 GiB:/,
      ),
    ]);
  });

  it("is nothing on a host, and nothing of swap where there is no balloon", async () => {
    expect(await warnings(0, { ...GUEST, place: "host" })).toEqual([]);
    expect(await warnings(0, { ...GUEST, hasBalloons: false })).toEqual([]);
  });
});
