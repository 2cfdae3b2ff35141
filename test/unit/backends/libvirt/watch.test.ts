import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createLibvirtBackend } from "../../../../src/backends/libvirt/backend.ts";
import { PROCEDURES } from "../../../../src/backends/libvirt/rpc/procedures.ts";
import { RpcLibvirt } from "../../../../src/backends/libvirt/rpc/rpc-libvirt.ts";
import { XdrWriter } from "../../../../src/backends/libvirt/rpc/xdr-writer.ts";
import { VirshLibvirt } from "../../../../src/backends/libvirt/virsh-libvirt.ts";
import type { OpenBackend, WatchSample } from "../../../../src/core/backend.ts";
import { EVENTS, FakeLibvirtd } from "../../../support/libvirt/fake-libvirtd.ts";
import { type FakeDomain, FakeVirsh } from "../../../support/libvirt/fake-virsh.ts";
import { onlyConnection } from "../../../support/libvirt/only-connection.ts";
import { eventually } from "../../../support/qmp/eventually.ts";

const MIB = 1_048_576;
const PAGES_A_MIB = 256;

describe("the watch of a domain between its readings", () => {
  const signal = new AbortController().signal;
  const clock = { ms: 0 };
  const nowMs = (): number => clock.ms;
  let virsh: FakeVirsh;
  let daemon: FakeLibvirtd;
  let host: OpenBackend;

  beforeEach(async () => {
    clock.ms = 0;
    virsh = new FakeVirsh();
    daemon = await FakeLibvirtd.start(virsh);
    const open = () =>
      new RpcLibvirt({ uri: "x", name: "qemu:///system", paths: [daemon.path], deadlineMs: 60_000, nowMs });
    host = await createLibvirtBackend({ connections: onlyConnection(open), nowMs, nowS: () => 0 }).open();
  });

  afterEach(async () => {
    await host.close();
    await daemon.stop();
  });

  const look = async (): Promise<WatchSample | null> => host.watch("web", signal);
  const availableMib = async (): Promise<number> => Number((await look())?.availablePages) / PAGES_A_MIB;
  const use = ({ guest }: FakeDomain, mib: number): void => {
    guest.usedBytes = mib * MIB;
  };

  it("sees at once what the guest has left, by one file that its agent keeps open", async () => {
    const web = virsh.add("web");
    await host.observe("web", signal);
    const before = await availableMib();
    use(web, 300);
    await look();
    const calls = daemon.called.length;
    expect(await availableMib()).toBe(before - 200);
    // It is rewound, read and rewound for the next look, of which nobody waits for the last.
    const [, , ...more] = daemon.called.slice(calls);
    expect(new Set(daemon.called.slice(calls))).toEqual(new Set([PROCEDURES.agentCommand.number]));
    expect(more.length).toBeLessThanOrEqual(1);
  });

  it.each([false, true])(
    "counts what the guest's kernel has as its readings do (deflate-on-oom: %s)",
    async (deflateOnOom) => {
      virsh.add("web", { deflateOnOom });
      await host.observe("web", signal);
      await host.apply("web", 300 * PAGES_A_MIB, 4096, signal);
      const { totalramPages } = (await host.observe("web", signal)).observation;
      expect((await look())?.totalramPages).toBe(totalramPages);
      expect(totalramPages).toBe(250 * PAGES_A_MIB);
    },
  );

  it("knows from its event that a balloon has moved whose guest counts it as its own", async () => {
    const web = virsh.add("web", { deflateOnOom: true });
    await host.observe("web", signal);
    web.guest.setTarget(400 * MIB);
    daemon.event(EVENTS.balloon, web, new XdrWriter().uhyper(BigInt(400 * 1024)));
    await eventually(async () => (await look())?.totalramPages === 350 * PAGES_A_MIB);
  });

  it("looks at the statistics once a period where there is no agent, in one call for all", async () => {
    const web = virsh.add("web");
    web.agent.running = false;
    await host.observe("web", signal);
    clock.ms += 1000;
    use(web, 300);
    const before = daemon.called.length;
    expect(await availableMib()).toBe(web.guest.availableBytes / MIB);
    expect(await look()).toBeNull();
    expect(daemon.called.slice(before)).toEqual([PROCEDURES.allStatistics.number]);
  });

  it("has nothing to look at before the first reading, and of a guest that is lost or unknown", async () => {
    const web = virsh.add("web");
    await host.guests(signal);
    expect(await look()).toBeNull();
    await host.observe("web", signal);
    web.agent.running = false;
    expect(await look()).toBeNull();
    expect((await host.observe("web", signal)).notices).toEqual([{ code: "agent_lost", details: {} }]);
    expect(await look()).toBeNull();
    expect(await host.watch("nobody", signal)).toBeNull();
  });

  it("never mixes what it reads with a reading that begins meanwhile", async () => {
    virsh.add("web");
    await host.observe("web", signal);
    const looks = Array.from({ length: 3 }, () => look());
    const readings = [host.observe("web", signal), host.observe("web", signal)];
    for (const { observation } of await Promise.all(readings)) expect(observation.committedPages).not.toBeNull();
    for (const sample of await Promise.all(looks)) expect(sample?.availablePages).toBeGreaterThan(0);
  });

  it("is not made through virsh, where each look would be a process", async () => {
    virsh.add("web");
    const connections = onlyConnection(() => new VirshLibvirt("", virsh.run));
    const slow = await createLibvirtBackend({ connections, nowMs, nowS: () => 0 }).open();
    await slow.observe("web", signal);
    expect(slow.watch("web", signal)).toBeNull();
  });
});
