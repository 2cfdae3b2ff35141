import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Connection, ConnectionSearch } from "../../../../src/backends/libvirt/connections.ts";
import { LibvirtHosts } from "../../../../src/backends/libvirt/hosts.ts";
import { RpcLibvirt } from "../../../../src/backends/libvirt/rpc/rpc-libvirt.ts";
import { VirshLibvirt } from "../../../../src/backends/libvirt/virsh-libvirt.ts";
import { FakeLibvirtd } from "../../../support/libvirt/fake-libvirtd.ts";
import { FakeVirsh } from "../../../support/libvirt/fake-virsh.ts";

const URI = "qemu:///system";

describe("a connection that began through virsh, because no socket was there", () => {
  const signal = new AbortController().signal;
  const clock = { ms: 0 };
  let virsh: FakeVirsh;
  let daemon: FakeLibvirtd;
  let processes: number;
  let isSocketThere: boolean;
  let host: LibvirtHosts;

  beforeEach(async () => {
    virsh = new FakeVirsh();
    virsh.add("web");
    daemon = await FakeLibvirtd.start(virsh);
    processes = 0;
    isSocketThere = false;
    const nowMs = (): number => {
      clock.ms += 0.001; // a real one never stands still
      return clock.ms;
    };
    const run: FakeVirsh["run"] = (...call) => {
      processes += 1;
      return virsh.run(...call);
    };
    const forNow: Connection = { uri: URI, isFound: false, isForNow: true, open: () => new VirshLibvirt(URI, run) };
    const options = { uri: URI, name: URI, paths: [daemon.path], deadlineMs: 5000, nowMs };
    const socket: Connection = { uri: URI, isFound: false, open: () => new RpcLibvirt(options) };
    const find = (): Promise<ConnectionSearch> =>
      Promise.resolve({ connections: [isSocketThere ? socket : forNow], mayBeThere: () => false });
    host = new LibvirtHosts({ connections: { uris: [URI], find }, nowMs, nowS: () => 0 });
    expect(await look()).toEqual(["web"]);
    expect(processes).toBeGreaterThan(0);
  });

  /** Find the guests, once what was known of them is too old. */
  const look = (): Promise<readonly string[]> => {
    clock.ms += 1000;
    return host.guests(signal);
  };

  afterEach(async () => {
    await host.close();
    await daemon.stop();
  });

  it("goes over the socket once that is there, and its guests stay the same ones", async () => {
    isSocketThere = true;
    expect(await look()).toEqual(["web"]);
    processes = 0;
    expect(await look()).toEqual(["web"]);
    expect((await host.size("web", signal))?.maximumBytes).toBe(512 * 1_048_576);
    expect(processes).toBe(0);
    expect(host.problems()).toEqual([]);
  });

  it("stays with virsh while nothing answers there, and moves when something does", async () => {
    isSocketThere = true;
    daemon.authTypes = [99]; // nothing that we could do
    for (let looks = 0; looks < 2; looks += 1) expect(await look()).toEqual(["web"]);
    expect(host.problems()).toEqual([]);
    processes = 0;
    expect(await look()).toEqual(["web"]);
    expect(processes).toBeGreaterThan(0);
    daemon.authTypes = [0];
    clock.ms += 60_000; // longer than the session waits before it tries again
    await look();
    processes = 0;
    expect(await look()).toEqual(["web"]);
    expect(processes).toBe(0);
  });
});
