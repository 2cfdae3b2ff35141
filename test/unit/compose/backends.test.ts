import { describe, expect, it } from "vitest";
import { createLibvirtBackend } from "../../../src/backends/libvirt/backend.ts";
import { throughVirsh } from "../../../src/backends/libvirt/choose.ts";
import { isOwnHost, requireBudget } from "../../../src/compose/backends.ts";
import { defaultConfig } from "../../../src/config/load.ts";
import type { MemoryTerm } from "../../../src/core/host/budget-terms.ts";
import { BYTES_PER_MIB } from "../../../src/core/units.ts";

const libvirtAt = (uri: string) => createLibvirtBackend({ libvirt: throughVirsh(uri), nowMs: () => 0, nowS: () => 0 });

function configWith(memory: MemoryTerm | null) {
  const config = defaultConfig({ set: [], root: "/" }, {});
  return { ...config, host: { ...config.host, memory } };
}

describe("the host of libvirt's domains", () => {
  it.each([
    ["qemu:///system", true],
    ["qemu+unix:///system?socket=/run/libvirt/libvirt-sock", true],
    ["test:///default", true],
    ["qemu+ssh://root@host/system", false],
    ["qemu+tcp://10.0.0.7/system", false],
    ["an alias", false],
  ])("at %s: is this machine: %s", (uri, isHere) => {
    expect(isOwnHost(libvirtAt(uri))).toBe(isHere);
  });

  it("has the budget that the operator says where it is another machine, and none that this one would make", () => {
    const there = libvirtAt("qemu+ssh://host/system");
    for (const memory of [null, { kind: "share", share: 0.8 }, { kind: "available" }] as const) {
      const attempt = (): void => requireBudget(there, configWith(memory), "nothing was started");
      expect(attempt).toThrow("[host] memory_mb must be a number of MiB");
    }
    requireBudget(there, configWith({ kind: "bytes", bytes: 4096 * BYTES_PER_MIB }), "nothing was started");
    requireBudget(libvirtAt("qemu:///system"), configWith(null), "nothing was started");
  });
});
