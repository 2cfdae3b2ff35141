import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { chooseLibvirt } from "../../../../src/backends/libvirt/choose.ts";
import { RpcLibvirt } from "../../../../src/backends/libvirt/rpc/rpc-libvirt.ts";
import { VirshLibvirt } from "../../../../src/backends/libvirt/virsh-libvirt.ts";
import { FakeLibvirtd } from "../../../support/libvirt/fake-libvirtd.ts";
import { FakeVirsh } from "../../../support/libvirt/fake-virsh.ts";
import { eventually } from "../../../support/qmp/eventually.ts";

describe("libvirt is reached", () => {
  let daemon: FakeLibvirtd;

  beforeAll(async () => {
    daemon = await FakeLibvirtd.start(new FakeVirsh());
  });
  afterAll(() => daemon.stop());

  const choose = (uri: string) => chooseLibvirt({ uri, runtimeFolder: undefined, nowMs: () => 0 });

  it("by its own protocol where its daemon's socket answers", async () => {
    const libvirt = await choose(`qemu+unix:///system?socket=${daemon.path}`);
    expect(libvirt).toBeInstanceOf(RpcLibvirt);
    await libvirt.close();
  });

  it.each([
    ["the socket is not there", () => `qemu+unix:///system?socket=${daemon.path}-not`],
    ["the host is another", () => "qemu+ssh://host/system"],
  ])("through virsh where %s", async (_, uri) => {
    expect(await choose(uri())).toBeInstanceOf(VirshLibvirt);
  });

  it("through virsh where the daemon wants a password, which virsh can ask for", async () => {
    daemon.authTypes = [1];
    expect(await choose(`qemu+unix:///system?socket=${daemon.path}`)).toBeInstanceOf(VirshLibvirt);
    await eventually(() => daemon.connections === 0);
    daemon.authTypes = [0];
  });
});
