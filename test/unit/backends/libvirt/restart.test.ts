import { beforeEach, describe, expect, it } from "vitest";
import { createLibvirtBackend } from "../../../../src/backends/libvirt/backend.ts";
import type { DomainEvent, Libvirt } from "../../../../src/backends/libvirt/libvirt.ts";
import { VirshLibvirt } from "../../../../src/backends/libvirt/virsh-libvirt.ts";
import type { OpenBackend } from "../../../../src/core/backend.ts";
import { type FakeDomain, FakeVirsh } from "../../../support/libvirt/fake-virsh.ts";
import { onlyConnection } from "../../../support/libvirt/only-connection.ts";

const MIB = 1_048_576;
const PAGES_A_MIB = 256;

/** Longer than the back-off of an agent. */
const A_WHILE_MS = 11_000;

describe.each([
  [true, false],
  [true, true],
  [false, false],
  [false, true],
])("a domain whose guest restarts (agent: %s, deflate-on-oom: %s)", (hasAgent, deflateOnOom) => {
  const signal = new AbortController().signal;
  const clock = { ms: 0 };
  let domain: FakeDomain;
  let host: OpenBackend;
  /** What libvirt says by itself, which virsh does not. */
  let tell: (event: DomainEvent) => void;

  beforeEach(async () => {
    clock.ms = 0;
    const virsh = new FakeVirsh();
    domain = virsh.add("web", { deflateOnOom });
    domain.agent.running = hasAgent;
    const libvirt: Libvirt = new VirshLibvirt("qemu:///system", virsh.run);
    libvirt.listen = (listener) => {
      tell = listener;
    };
    const connections = onlyConnection(() => libvirt);
    const options = { connections, nowMs: () => clock.ms, nowS: () => clock.ms / 1000 };
    host = await createLibvirtBackend(options).open();
    await sizes();
    await apply(300);
    expect(await sizes()).toEqual([300, 250]);
    domain.guest.reset();
    domain.agent.running = false;
  });

  const apply = (mib: number): Promise<void> => host.apply("web", mib * PAGES_A_MIB, 4096, signal);

  /** What the guest has of its machine, and its kernel of that, in MiB. */
  async function sizes(): Promise<readonly (number | null)[]> {
    clock.ms += 1000;
    const { balloonCurrentPages, totalramPages } = (await host.observe("web", signal)).observation;
    expect((await host.size("web", signal))?.currentBytes).toBe(Number(balloonCurrentPages) * 4096);
    return [balloonCurrentPages, totalramPages].map((pages) => (pages === null ? null : pages / PAGES_A_MIB));
  }

  function boot(): void {
    clock.ms += A_WHILE_MS;
    domain.guest.boot();
    domain.agent.restart();
    domain.agent.running = hasAgent;
  }

  it("has all its memory if it was given that meanwhile, though libvirt goes on saying what it had", async () => {
    await host.release("web", null, signal);
    boot();
    expect(domain.guest.actualBytes).toBe(300 * MIB);
    expect(await sizes()).toEqual([512, 462]);
    clock.ms += A_WHILE_MS;
    expect(await sizes()).toEqual([512, 462]);
  });

  it("has what libvirt says as soon as it was moved after that", async () => {
    await host.release("web", null, signal);
    boot();
    await sizes();
    await apply(400);
    expect(await sizes()).toEqual([400, 350]);
    await apply(300);
    expect(await sizes()).toEqual([300, 250]);
  });

  it("has what libvirt says if it is moved to the very size of before", async () => {
    await host.release("web", null, signal);
    boot();
    await sizes();
    await apply(300);
    clock.ms += 1000;
    expect(await sizes()).toEqual([300, 250]);
  });

  it("has what libvirt says if it was not moved meanwhile: its driver goes to the old target", async () => {
    boot();
    expect(await sizes()).toEqual([300, 250]);
  });

  it("is left alone from when its reset is told until its new driver is heard, and has all its memory meanwhile", async () => {
    tell({ kind: "reboot", uuid: domain.uuid });
    await expect(sizes()).rejects.toMatchObject({ code: "ERR_GUEST_LEFT_ALONE", details: { state: "restarting" } });
    expect((await host.size("web", signal))?.currentBytes).toBe(512 * MIB);
    await host.release("web", null, signal);
    await expect(sizes()).rejects.toMatchObject({ code: "ERR_GUEST_LEFT_ALONE" });
    await expect(sizes()).rejects.toMatchObject({ code: "ERR_GUEST_LEFT_ALONE" });
    boot();
    expect(domain.guest.actualBytes).toBe(300 * MIB);
    expect(await sizes()).toEqual([512, 462]);
    await apply(300);
    expect(await sizes()).toEqual([300, 250]);
  });

  it("has what libvirt says if its reset was told and it was not moved meanwhile", async () => {
    tell({ kind: "reboot", uuid: domain.uuid });
    await expect(sizes()).rejects.toMatchObject({ code: "ERR_GUEST_LEFT_ALONE" });
    await expect(sizes()).rejects.toMatchObject({ code: "ERR_GUEST_LEFT_ALONE" });
    boot();
    expect(await sizes()).toEqual([300, 250]);
  });

  it("is not taken for booted because what was asked for before its reset is found after it", async () => {
    const asked = host.observe("web", signal).catch(() => {});
    tell({ kind: "reboot", uuid: domain.uuid });
    await asked;
    domain.guest.statisticsMove = true;
    await expect(sizes()).rejects.toMatchObject({ code: "ERR_GUEST_LEFT_ALONE", details: { state: "restarting" } });
  });

  if (hasAgent) {
    it("is read again after five minutes though its new driver is never heard, and has all its memory until then", async () => {
      tell({ kind: "reboot", uuid: domain.uuid });
      await expect(sizes()).rejects.toMatchObject({ code: "ERR_GUEST_LEFT_ALONE" });
      await host.release("web", null, signal);
      boot();
      domain.guest.statisticsMove = false;
      clock.ms = 299_000;
      await expect(sizes()).rejects.toMatchObject({ code: "ERR_GUEST_LEFT_ALONE", details: { state: "restarting" } });
      clock.ms += 1000;
      expect(await sizes()).toEqual([512, 462]);
    });

    it("is known to have restarted by what its agent reads, before the statistics tell", async () => {
      await host.release("web", null, signal);
      boot();
      domain.guest.statisticsMove = false;
      expect(domain.guest.toldFaults).toBeGreaterThan(domain.guest.pageFaults);
      expect(await sizes()).toEqual([512, 462]);
      domain.guest.statisticsMove = true;
      expect(await sizes()).toEqual([512, 462]);
    });
  }
});
