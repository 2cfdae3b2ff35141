import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { hasCode } from "../../../../../src/backends/host/thrown.ts";
import { createLibvirtBackend } from "../../../../../src/backends/libvirt/backend.ts";
import type { DomainEvent } from "../../../../../src/backends/libvirt/libvirt.ts";
import { RpcLibvirt } from "../../../../../src/backends/libvirt/rpc/rpc-libvirt.ts";
import { XdrWriter } from "../../../../../src/backends/libvirt/rpc/xdr-writer.ts";
import { VirshLibvirt } from "../../../../../src/backends/libvirt/virsh-libvirt.ts";
import type { OpenBackend } from "../../../../../src/core/backend.ts";
import { missingReadings } from "../../../../../src/core/observation.ts";
import { EVENTS, FakeLibvirtd } from "../../../../support/libvirt/fake-libvirtd.ts";
import { FakeVirsh } from "../../../../support/libvirt/fake-virsh.ts";
import { onlyConnection } from "../../../../support/libvirt/only-connection.ts";
import { eventually } from "../../../../support/qmp/eventually.ts";

const MIB = 1_048_576;
const PAGES_A_MIB = 256;

describe("libvirt by its own protocol", () => {
  const signal = new AbortController().signal;
  const clock = { ms: 0 };
  let virsh: FakeVirsh;
  let daemon: FakeLibvirtd;
  let libvirt: RpcLibvirt;
  let host: OpenBackend;
  let events: DomainEvent[];

  beforeEach(async () => {
    clock.ms = 0;
    virsh = new FakeVirsh();
    daemon = await FakeLibvirtd.start(virsh);
    const nowMs = (): number => clock.ms;
    libvirt = new RpcLibvirt({ uri: "x", name: "qemu:///system", paths: [daemon.path], deadlineMs: 60_000, nowMs });
    host = await createLibvirtBackend({
      connections: onlyConnection(() => libvirt),
      nowMs,
      nowS: () => clock.ms / 1000,
    }).open();
    events = [];
  });

  afterEach(async () => {
    virsh.hanging = false;
    await host.close();
    await daemon.stop();
  });

  const listen = async (): Promise<void> => {
    await libvirt.probe();
    libvirt.listen((event) => void events.push(event));
  };
  const currentMib = async (): Promise<number> =>
    Number((await host.observe("web", signal)).observation.balloonCurrentPages) / PAGES_A_MIB;

  it("says of domains what virsh says", async () => {
    for (const name of ["web", "  odd 'name\"", "2", "busy"]) virsh.add(name);
    virsh.busy.add("busy");
    virsh.paused.add("2");
    for (const { guest } of virsh.domains.values()) guest.statisticsMove = false;
    expect(await libvirt.domains()).toEqual(await new VirshLibvirt("", virsh.run).domains());
  });

  it("moves the domain of that UUID", async () => {
    const [two, database] = [virsh.add("2"), virsh.add("database")];
    await host.apply("2", 300 * PAGES_A_MIB, 4096, signal);
    expect([two, database].map(({ guest }) => guest.targetBytes / MIB)).toEqual([300, 512]);
  });

  it("asks for a domain alone that was moved, and for all when it is time", async () => {
    const { uuid } = virsh.add("web");
    virsh.add("other");
    const asked = (): readonly string[] =>
      virsh.calls.filter(([command]) => command === "domstats").map(([, ...wanted]) => wanted.join());
    await host.guests(signal);
    await host.apply("web", 300 * PAGES_A_MIB, 4096, signal);
    expect(await currentMib()).toBe(300);
    await host.size("other", signal);
    expect(asked()).toEqual(["", uuid]);
    clock.ms += 501;
    expect(await currentMib()).toBe(300);
    expect(asked()).toEqual(["", uuid, ""]);
  });

  it("says what QEMU says of a balloon, and nothing of one that is not there", async () => {
    const { uuid, guest } = virsh.add("web");
    expect(await libvirt.balloonBytes(uuid, 1000)).toBe(guest.actualBytes);
    await expect(libvirt.balloonBytes("00000000-1111-4111-8111-000000000002", 1000)).rejects.toMatchObject({
      code: "ERR_LIBVIRT",
      message: expect.stringContaining("failed to get domain"),
    });
  });

  it("tells an agent that refuses from one that is not there", async () => {
    const { uuid, agent } = virsh.add("web");
    agent.forbidden = ["guest-file-seek"];
    const call = { isDoubtful: false, deadlineMs: () => 1000, cancellation: signal };
    const ask = (...names: readonly string[]) =>
      libvirt.askAgent(
        uuid,
        names.map((execute) => ({ execute, arguments: { path: "/proc/meminfo" } })),
        call,
      );
    const replies = await ask("guest-file-open", "guest-file-seek");
    expect(replies.map(({ ok }) => ok)).toEqual([true, false]);
    agent.running = false;
    await expect(ask("guest-ping")).rejects.toMatchObject({ code: "ERR_LIBVIRT" });
  });

  it("leaves all other calls their places while agents hang", async () => {
    for (const name of ["h1", "h2", "h3", "h4", "h5", "h6"]) virsh.add(name);
    const { uuid } = virsh.add("web");
    for (const name of virsh.domains.keys()) virsh.hungAgents.add(name);
    const call = { isDoubtful: false, deadlineMs: () => 60_000, cancellation: signal };
    const asked = [...virsh.domains.values()].map((domain) =>
      libvirt.askAgent(domain.uuid, [{ execute: "guest-ping", arguments: {} }], call),
    );
    const ended = Promise.allSettled(asked);
    await libvirt.setMemory(uuid, 300 * MIB, signal);
    expect(await libvirt.domains()).toHaveLength(7);
    await libvirt.close();
    expect((await ended).every(({ status }) => status === "rejected")).toBe(true);
  });

  it("tells what happens to domains", async () => {
    const web = virsh.add("web");
    const { uuid } = web;
    await listen();
    daemon.event(EVENTS.lifecycle, web, new XdrWriter().int(2).int(0));
    daemon.event(EVENTS.reboot, web);
    daemon.event(EVENTS.balloon, web, new XdrWriter().uhyper(307_200n));
    daemon.event(EVENTS.agent, web, new XdrWriter().int(1).int(2));
    daemon.event(EVENTS.deviceAdded, web, new XdrWriter().string("dimm0"));
    daemon.event(99, web);
    await eventually(() => events.length >= 5);
    expect(events).toEqual([
      { kind: "lifecycle", uuid },
      { kind: "reboot", uuid },
      { kind: "balloon", uuid, currentBytes: 300 * MIB },
      { kind: "agent", uuid },
      { kind: "devices", uuid },
    ]);
  });

  it("tells of events again after the daemon was started again", async () => {
    const web = virsh.add("web");
    await listen();
    await daemon.end();
    await daemon.listen();
    await eventually(() => {
      clock.ms += 1000;
      return libvirt.domains().then(
        () => true,
        () => false,
      );
    });
    daemon.event(EVENTS.reboot, web);
    await eventually(() => events.length === 1);
  });

  it("knows at once that a domain has ended, and another one of its name is there", async () => {
    const web = virsh.add("web");
    await host.guests(signal);
    await host.observe("web", signal);
    virsh.domains.delete("web");
    daemon.event(EVENTS.lifecycle, web, new XdrWriter().int(5).int(0));
    await eventually(() =>
      host.observe("web", signal).then(
        () => false,
        () => true,
      ),
    );
    virsh.add("web");
    clock.ms += 1000;
    expect(await host.guests(signal)).toEqual([]);
    expect(await host.guests(signal)).toEqual(["web"]);
  });

  it("says at once that a domain was started, has ended, or is another one of that name", async () => {
    let said = 0;
    host.listen?.(() => {
      said += 1;
    });
    await host.guests(signal);
    const web = virsh.add("web");
    daemon.event(EVENTS.lifecycle, web, new XdrWriter().int(2).int(0));
    await eventually(() => said === 1);
    expect(await host.guests(signal)).toEqual(["web"]);
    virsh.domains.delete("web");
    daemon.event(EVENTS.lifecycle, web, new XdrWriter().int(5).int(0));
    await eventually(() => said === 2);
    virsh.add("web");
    expect(await host.guests(signal)).toEqual([]);
    expect(said).toBe(3); // so that the new one is looked for soon
    expect(await host.guests(signal)).toEqual(["web"]);
    daemon.event(EVENTS.balloon, web, new XdrWriter().uhyper(307_200n));
    daemon.event(EVENTS.lifecycle, web, new XdrWriter().int(5).int(0));
    await eventually(() => said > 3);
    expect(said).toBe(4);
  });

  it("knows a balloon's size from its event, before statistics are asked for again", async () => {
    const web = virsh.add("web");
    expect(await currentMib()).toBe(512);
    daemon.event(EVENTS.balloon, web, new XdrWriter().uhyper(BigInt(400 * 1024)));
    await eventually(async () => (await currentMib()) === 400);
  });

  it("leaves a guest alone that was reset until its new kernel speaks", async () => {
    const web = virsh.add("web");
    const { guest, agent } = web;
    await host.apply("web", 300 * PAGES_A_MIB, 4096, signal);
    clock.ms += 1000;
    expect(missingReadings((await host.observe("web", signal)).observation)).toEqual([]);
    guest.reset();
    guest.statisticsMove = false;
    agent.running = false;
    await host.release("web", null, signal);
    daemon.event(EVENTS.reboot, web);
    const isLeftAlone = (thrown: unknown): boolean => hasCode(thrown, "ERR_GUEST_LEFT_ALONE");
    await eventually(() => host.observe("web", signal).then(() => false, isLeftAlone));
    clock.ms += 1000;
    await expect(host.observe("web", signal)).rejects.toSatisfy(isLeftAlone);
    await expect(host.apply("web", 300 * PAGES_A_MIB, 4096, signal)).rejects.toSatisfy(isLeftAlone);
    expect(await host.watch("web", signal)).toEqual({ availablePages: 0, totalramPages: null });
    guest.boot();
    guest.statisticsMove = true;
    clock.ms += 1000;
    expect(missingReadings((await host.observe("web", signal)).observation)).toEqual([]);
    expect(await currentMib()).toBe(512);
  });

  it("looks at a domain's XML again when it got a device", async () => {
    const web = virsh.add("web");
    await host.observe("web", signal);
    const described = (): number => virsh.calls.filter(([command]) => command === "dumpxml").length;
    expect(described()).toBe(1);
    daemon.event(EVENTS.deviceAdded, web, new XdrWriter().string("dimm0"));
    await eventually(() => host.observe("web", signal).then(() => described() === 2));
  });
});
