import { beforeEach, describe, expect, it } from "vitest";
import { createLibvirtBackend } from "../../../../src/backends/libvirt/backend.ts";
import { parseUncountedMemory } from "../../../../src/backends/libvirt/memory-devices.ts";
import { VirshLibvirt } from "../../../../src/backends/libvirt/virsh-libvirt.ts";
import type { OpenBackend } from "../../../../src/core/backend.ts";
import { type FakeDomain, FakeVirsh } from "../../../support/libvirt/fake-virsh.ts";
import { onlyConnection } from "../../../support/libvirt/only-connection.ts";

const MIB = 1_048_576;

const device = (model: string, mib: number, more = ""): string =>
  `<memory model='${model}'>\n  <target>\n    <size unit='KiB'>${mib * 1024}</size>\n    <node>0</node>\n    ${more}</target>\n</memory>`;

const VIRTIO_MEM = device("virtio-mem", 1024, "<block unit='KiB'>2048</block><current unit='KiB'>1048576</current>");

describe("a domain's memory devices", () => {
  it.each([
    ["no device", "<memory unit='KiB'>524288</memory>", 0, 0],
    ["a DIMM, which the balloon counts", device("dimm", 256), 0, 0],
    ["an NVDIMM, a disk to the guest", device("nvdimm", 256), 256, 0],
    ["virtio-pmem", device("virtio-pmem", 256), 256, 0],
    ["virtio-mem that is plugged in part", device("virtio-mem", 512, "<current unit='KiB'>131072</current>"), 512, 128],
    ["several", device("dimm", 256) + VIRTIO_MEM + device("nvdimm", 64), 1088, 1024],
  ])("are read where there is %s", (_, xml, addedMib, guestMib) => {
    expect(parseUncountedMemory(`<domain>${xml}</domain>`)).toEqual({
      addedBytes: addedMib * MIB,
      guestBytes: guestMib * MIB,
    });
  });
});

describe("a domain with plugged memory", () => {
  const signal = new AbortController().signal;
  const clock = { ms: 0 };
  let virsh: FakeVirsh;
  let domain: FakeDomain;
  let host: OpenBackend;

  beforeEach(async () => {
    clock.ms = 0;
    virsh = new FakeVirsh();
    domain = virsh.add("web", { memballoon: `<memballoon model='virtio'/>\n${VIRTIO_MEM}` });
    domain.guest.unballoonedBytes = 1024 * MIB;
    const libvirt = new VirshLibvirt("qemu:///system", virsh.run);
    host = await createLibvirtBackend({
      connections: onlyConnection(() => libvirt),
      nowMs: () => clock.ms,
      nowS: () => 0,
    }).open();
  });

  const apply = (mib: number): Promise<void> => host.apply("web", mib * 256, 4096, signal);

  it("is counted as its balloon counts it, and what it has besides is told", async () => {
    await host.observe("web", signal);
    await apply(300);
    clock.ms += 1000;
    const { observation, unballoonedBytes } = await host.observe("web", signal);
    expect(observation).toMatchObject({ balloonCurrentPages: 300 * 256, balloonMaxPages: 512 * 256 });
    expect([observation.totalramPages, unballoonedBytes]).toEqual([(300 + 1024 - 50) * 256, 1024 * MIB]);
    await expect(apply(600)).rejects.toMatchObject({ code: "ERR_TARGET_UNSAFE" });
    await host.release("web", null, signal);
    expect(domain.guest.targetBytes).toBe(512 * MIB);
  });

  it.each([
    ["virtio-mem", "ERR_TARGET_UNSAFE"],
    ["dimm", "ERR_FORMAT"],
  ])("is given nothing by a maximum that is read while %s goes", async (model, code) => {
    domain = virsh.add("torn", { memballoon: `<memballoon model='virtio'/>${model === "dimm" ? "" : VIRTIO_MEM}` });
    await host.guests(signal);
    clock.ms += 1000;
    if (model === "dimm") domain.guest.maximumBytes = 256 * MIB;
    else await host.observe("torn", signal).catch(() => null);
    await expect(host.release("torn", null, signal)).rejects.toMatchObject({ code });
    expect(domain.guest.targetBytes).toBe(512 * MIB);
  });

  it("has nothing taken by being given what the operator allows", async () => {
    await host.observe("web", signal);
    await host.release("web", 200 * MIB, signal);
    expect(domain.guest.targetBytes).toBe(512 * MIB);
    await apply(150);
    clock.ms += 1000;
    await host.release("web", 200 * MIB, signal);
    expect(domain.guest.targetBytes).toBe(200 * MIB);
  });

  it("is not moved to a target of before a DIMM was plugged", async () => {
    await host.observe("web", signal);
    domain.guest.plugDimm(512 * MIB);
    clock.ms += 1000;
    await expect(apply(400)).rejects.toMatchObject({ code: "ERR_GUEST_LEFT_ALONE" });
    expect(domain.guest.targetBytes).toBe(1024 * MIB);
    clock.ms += 1000;
    expect((await host.observe("web", signal)).observation.balloonMaxPages).toBe(1024 * 256);
    await apply(900);
    expect(domain.guest.targetBytes).toBe(900 * MIB);
  });
});
