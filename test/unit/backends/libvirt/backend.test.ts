import { beforeEach, describe, expect, it } from "vitest";
import { createLibvirtBackend } from "../../../../src/backends/libvirt/backend.ts";
import type { RunVirsh } from "../../../../src/backends/libvirt/virsh.ts";
import { VirshLibvirt } from "../../../../src/backends/libvirt/virsh-libvirt.ts";
import type { OpenBackend } from "../../../../src/core/backend.ts";
import { missingReadings } from "../../../../src/core/observation.ts";
import { FakeVirsh } from "../../../support/libvirt/fake-virsh.ts";
import { onlyConnection } from "../../../support/libvirt/only-connection.ts";

const MIB = 1_048_576;

describe("the domains of a libvirt host", () => {
  const signal = new AbortController().signal;
  const clock = { ms: 0 };
  let virsh: FakeVirsh;
  let host: OpenBackend;

  beforeEach(async () => {
    clock.ms = 0;
    virsh = new FakeVirsh();
    const options = {
      connections: onlyConnection(() => new VirshLibvirt("", virsh.run)),
      nowMs: () => clock.ms,
      nowS: () => clock.ms / 1000,
    };
    host = await createLibvirtBackend(options).open();
  });

  const called = (command: string): (readonly string[])[] =>
    virsh.calls.filter(([words = ""]) => words.split(" ")[0] === command);

  it("come and go", async () => {
    virsh.add("one");
    expect(await host.guests(signal)).toEqual(["one"]);
    virsh.add("two");
    clock.ms += 1000;
    expect(await host.guests(signal)).toEqual(["one", "two"]);
    virsh.domains.delete("one");
    clock.ms += 1000;
    expect(await host.guests(signal)).toEqual(["two"]);
    await expect(host.observe("one", signal)).rejects.toMatchObject({ code: "ERR_GUEST_UNKNOWN" });
  });

  it("share one call for their statistics", async () => {
    const names = ["one", "two", "three"];
    for (const name of names) virsh.add(name).agent.running = false;
    await Promise.all(names.map((name) => host.observe(name, signal)));
    expect(called("list")).toHaveLength(1);
    clock.ms += 501;
    await Promise.all(names.map((name) => host.observe(name, signal)));
    expect(called("list")).toHaveLength(2);
  });

  it("are observed again right after one was moved", async () => {
    virsh.add("web");
    await host.observe("web", signal);
    await host.apply("web", 300 * 256, 4096, signal);
    expect((await host.observe("web", signal)).observation.balloonCurrentPages).toBe(300 * 256);
  });

  it("are asked for their balloons' size while those move, because libvirt knows it a second late", async () => {
    virsh.add("web");
    await host.apply("web", 400 * 256, 4096, signal);
    await host.observe("web", signal);
    expect(called("dommemstat").slice(1)).toEqual([]); // the first one starts the statistics
    await host.apply("web", 300 * 256, 4096, signal);
    virsh.outdatedBytes.set("web", 400 * MIB);
    const { observation } = await host.observe("web", signal);
    expect([observation.balloonCurrentPages, observation.totalramPages]).toEqual([300 * 256, 250 * 256]);
    expect(called("dommemstat").slice(1)).toEqual([["dommemstat", `--domain=${virsh.domains.get("web")?.uuid}`]]);
  });

  it("are moved by setmem --live in KiB, by their UUID", async () => {
    const { uuid } = virsh.add("web");
    await host.apply("web", 300 * 256, 4096, signal);
    expect(called("setmem")).toEqual([["setmem", `--domain=${uuid}`, "--size=307200", "--live"]]);
  });

  it.each([`odd "name'; echo \\ $(x)`, "--config", "  blank ", "__proto__", "2", "\u202emm\u0007"])(
    'may have the name "%s"',
    async (name) => {
      virsh.add("one");
      virsh.add("two");
      virsh.add(name);
      expect(await host.guests(signal)).toContain(name);
      await host.apply(name, 300 * 256, 4096, signal);
      expect([...virsh.domains.values()].map(({ guest }) => guest.targetBytes / MIB)).toEqual([512, 512, 300]);
      expect((await host.observe(name, signal)).observation.psiSomeTotalUs).toBe(1234);
    },
  );

  it("are read with one process each, on kept handles", async () => {
    virsh.add("web");
    await host.observe("web", signal);
    clock.ms += 1000;
    const before = virsh.calls.length;
    await host.observe("web", signal);
    expect(virsh.calls.slice(before).map(([command = ""]) => command.split(" ")[0])).toEqual([
      "list",
      "qemu-agent-command",
    ]);
  });

  it("are held while a lost agent does not answer, and go on afterwards", async () => {
    const { agent } = virsh.add("web");
    await host.observe("web", signal);
    agent.running = false;
    const lost = await host.observe("web", signal);
    expect(lost.notices).toEqual([{ code: "agent_lost", details: {} }]);
    expect(missingReadings(lost.observation)).toContain("committedPages");
    agent.running = true;
    agent.restart();
    clock.ms += 11_000;
    const back = await host.observe("web", signal);
    expect(back.notices).toEqual([{ code: "agent_back", details: {} }]);
    expect(missingReadings(back.observation)).toEqual([]);
  });

  it("are held within the daemon's deadline when their agents hang", async () => {
    virsh.add("web");
    await host.observe("web", signal);
    virsh.hungAgents.add("web");
    const { observation, notices } = await host.observe("web", AbortSignal.timeout(3000));
    expect(notices).toEqual([{ code: "agent_lost", details: {} }]);
    expect(missingReadings(observation)).toContain("committedPages");
  });

  it("whose agent says twice what can't be are estimated from statistics, and it is asked again half a minute later", async () => {
    const { guest } = virsh.add("web");
    await host.observe("web", signal);
    guest.files = { "/proc/meminfo": "MemTotal: 99999999 kB\nMemFree: 1 kB\nCommitted_AS: 1 kB\n" };
    // Memory may have been plugged just now.
    await expect(host.observe("web", signal)).rejects.toMatchObject({ code: "ERR_FORMAT" });
    const { observation, notices } = await host.observe("web", signal);
    expect(notices).toEqual([{ code: "agent_nonsense", details: {} }]);
    expect(missingReadings(observation)).toEqual([]);
    guest.files = {};
    clock.ms += 29_999;
    expect((await host.observe("web", signal)).notices).toEqual([]);
    clock.ms += 1;
    expect((await host.observe("web", signal)).notices).toEqual([{ code: "agent_back", details: {} }]);
  });

  it("whose agent may not read files are estimated from statistics", async () => {
    virsh.add("web").agent.forbidden = ["guest-file-open"];
    const { observation, notices } = await host.observe("web", signal);
    expect(notices).toEqual([{ code: "weaker_source", details: {} }]);
    expect(missingReadings(observation)).toEqual([]);
  });

  it("get a period for their statistics where they have none", async () => {
    const web = virsh.add("web", { memballoon: "<memballoon model='virtio'/>" });
    virsh.add("set", { memballoon: "<memballoon model='virtio'><stats period='5'/></memballoon>" });
    await host.observe("web", signal);
    await host.observe("set", signal);
    expect(called("dommemstat")).toEqual([["dommemstat", `--domain=${web.uuid}`, "--period=1", "--live"]]);
  });

  it("are left alone while they are paused or busy, and without a balloon", async () => {
    for (const name of ["paused", "busy"]) virsh.add(name);
    virsh.paused.add("paused");
    virsh.busy.add("busy");
    virsh.add("none", { memballoon: "<memballoon model='none'/>" });
    await expect(host.observe("paused", signal)).rejects.toThrow("paused is paused; it is left alone");
    await expect(host.observe("busy", signal)).rejects.toThrow("busy is busy, or migrating; it is left alone");
    await expect(host.observe("none", signal)).rejects.toMatchObject({
      code: "ERR_BALLOON_MISSING",
      message: expect.stringContaining("<memballoon model='virtio'"),
    });
  });

  it("wait for an answer of libvirt's that is yet to come, instead of asking once more", async () => {
    virsh.add("web").agent.running = false;
    let answer = (): void => {};
    const held = new Promise<void>((resolve) => {
      answer = resolve;
    });
    const run: RunVirsh = async (args) => {
      if (args[0]?.startsWith("list ") === true) await held;
      return virsh.run(args);
    };
    const slow = await createLibvirtBackend({
      connections: onlyConnection(() => new VirshLibvirt("", run)),
      nowMs: () => clock.ms,
      nowS: () => 0,
    }).open();
    const first = slow.observe("web", signal);
    clock.ms += 10_000;
    const second = slow.observe("web", signal);
    answer();
    await Promise.all([first, second]);
    expect(called("list")).toHaveLength(1);
  });

  it("are moved by calls that know how to be cancelled while they wait for their turn", async () => {
    virsh.add("web");
    const cancellations: unknown[] = [];
    const run: RunVirsh = (args, call) => {
      if (args[0] === "setmem") cancellations.push(call?.cancellation);
      return virsh.run(args);
    };
    const watched = await createLibvirtBackend({
      connections: onlyConnection(() => new VirshLibvirt("", run)),
      nowMs: () => clock.ms,
      nowS: () => 0,
    }).open();
    await watched.apply("web", 300 * 256, 4096, signal);
    await watched.release("web", null, signal);
    expect(cancellations).toEqual([signal, signal]);
    expect(cancellations[0]).toBe(signal);
  });

  it("are not moved by a call that was cancelled", async () => {
    const { guest } = virsh.add("web");
    const controller = new AbortController();
    const call = host.apply("web", 300 * 256, 4096, controller.signal);
    controller.abort();
    await expect(call).rejects.toMatchObject({ code: "ERR_CANCELLED" });
    await host.observe("web", signal);
    expect(guest.targetBytes).toBe(512 * MIB);
  });
});
