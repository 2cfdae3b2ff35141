import { writeFileSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createConnections } from "../../../../src/backends/libvirt/connections.ts";
import { RpcLibvirt } from "../../../../src/backends/libvirt/rpc/rpc-libvirt.ts";
import { VirshLibvirt } from "../../../../src/backends/libvirt/virsh-libvirt.ts";
import { FakeLibvirtd } from "../../../support/libvirt/fake-libvirtd.ts";
import { FakeVirsh } from "../../../support/libvirt/fake-virsh.ts";

describe("connections of libvirt's", () => {
  let daemon: FakeLibvirtd;

  beforeEach(async () => {
    daemon = await FakeLibvirtd.start(new FakeVirsh());
  });
  afterEach(() => daemon.stop());

  const connectionsTo = (...uris: readonly string[]) =>
    createConnections({ uris, runtimeFolder: undefined, nowMs: () => 0 });
  const found = async (...uris: readonly string[]) => {
    const { connections } = await connectionsTo(...uris).find();
    return connections.map(({ uri, isFound }) => [uri, isFound]);
  };

  it("are reached by libvirt's protocol where they are on this machine, whether or not anything answers there", async () => {
    for (const path of [daemon.path, `${daemon.path}-not`]) {
      const { connections } = await connectionsTo(`qemu+unix:///system?socket=${path}`).find();
      expect(connections[0]?.open()).toBeInstanceOf(RpcLibvirt);
    }
  });

  it("are reached through virsh where they are elsewhere, or where only libvirt's own client knows how", async () => {
    const { connections } = await connectionsTo("qemu+ssh://host/system", "test:///default").find();
    for (const { open } of connections) expect(open()).toBeInstanceOf(VirshLibvirt);
    expect(connections).toHaveLength(2);
  });

  it.each([
    ["virsh", VirshLibvirt],
    ["virsh-not", RpcLibvirt],
  ])("are reached through virsh where libvirt's usual sockets are not there and that is: %s", async (program, way) => {
    const folder = daemon.path.replace(/[^/]+$/, "");
    writeFileSync(`${folder}${program}`, "", { mode: 0o755 });
    vi.stubEnv("PATH", folder);
    const options = { uris: ["qemu:///session"], runtimeFolder: `${folder}empty`, nowMs: () => 0 };
    const { connections } = await createConnections(options).find();
    expect(connections[0]?.open()).toBeInstanceOf(way);
    vi.unstubAllEnvs();
  });

  it("are one for each socket that a pattern matches, those that are named themselves first, each once", async () => {
    const folder = daemon.path.replace(/[^/]+$/, "");
    const uri = `qemu:///session?socket=${daemon.path}`;
    expect(await found("qemu:///system", `qemu:///session?socket=${folder}libvirt-*`)).toEqual([
      ["qemu:///system", false],
      [uri, true],
    ]);
    expect(await found(`qemu:///session?socket=${folder}libvirt-*`, `qemu:///session?socket=${folder}*-sock`)).toEqual([
      [uri, true],
    ]);
    expect(await found(`qemu:///session?socket=${folder}libvirt-*`, "qemu:///system", uri)).toEqual([
      ["qemu:///system", false],
      [uri, false],
    ]);
    expect(await found(`qemu:///session?socket=${folder}virtqemud-*`)).toEqual([]);
  });

  it("may be there while their folder can't be looked at", async () => {
    const { mayBeThere } = await connectionsTo(`qemu:///session?socket=/proc/1/task/1/cwd/../../*/fd/*/x*`).find();
    expect(mayBeThere("qemu:///session?socket=/nowhere/x")).toBe(false);
  });
});
