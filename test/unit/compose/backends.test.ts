import { describe, expect, it } from "vitest";
import { createLibvirtBackend } from "../../../src/backends/libvirt/backend.ts";
import { createConnections } from "../../../src/backends/libvirt/connections.ts";
import { isOwnHost, requireBudget } from "../../../src/compose/backends.ts";
import { defaultConfig } from "../../../src/config/load.ts";
import type { MemoryTerm } from "../../../src/core/host/budget-terms.ts";
import { BYTES_PER_MIB } from "../../../src/core/units.ts";

const libvirtAt = (...uris: readonly string[]) => {
  const nowMs = (): number => 0;
  const connections = createConnections({ uris, runtimeFolder: undefined, nowMs });
  return createLibvirtBackend({ connections, nowMs, nowS: nowMs });
};

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

  it("is another machine where one of several is", () => {
    expect(isOwnHost(libvirtAt("qemu:///system", "qemu:///session?socket=/run/*/libvirt-sock"))).toBe(true);
    expect(isOwnHost(libvirtAt("qemu:///system", "qemu+ssh://host/system"))).toBe(false);
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
