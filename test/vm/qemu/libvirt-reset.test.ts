import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createLibvirtBackend } from "../../../src/backends/libvirt/backend.ts";
import { createVirsh } from "../../../src/backends/libvirt/virsh.ts";
import { VirshLibvirt } from "../../../src/backends/libvirt/virsh-libvirt.ts";
import type { OpenBackend } from "../../../src/core/backend.ts";
import { isComplete, type Observation } from "../../../src/core/observation.ts";
import { onlyConnection } from "../../support/libvirt/only-connection.ts";
import { libvirtGate, vmGate } from "../rig/requirements.ts";
import { waitUntil } from "../rig/wait.ts";
import { type Libvirt, startLibvirt } from "./libvirt.ts";
import type { LibvirtGuest } from "./libvirt-guest.ts";

const GUEST_MIB = 512;
const SMALL_MIB = 300;
/** More than the kernel takes at boot and never counts as RAM. */
const BOOT_MIB = 80;
const PAGES_A_MIB = 256;
const PAGE_BYTES = 4096;
const KIB_A_MIB = 1024;
const BOOT_DEADLINE_MS = 300_000;
const DEADLINE_MS = 300_000;
const VIRSH_DEADLINE_MS = 5000;

describe.skipIf(vmGate().skip || libvirtGate().skip).each([
  ["virt-reset-plain", false],
  ["virt-reset-yield", true],
])(
  "the ballooned domain %s that is reset, and given all its memory while it boots (autodeflate: %s)",
  (name, deflateOnOom) => {
    let libvirt: Libvirt;
    let guest: LibvirtGuest;
    let host: OpenBackend;
    let after: Observation;
    /** How to end what was started. */
    const running: (() => Promise<void>)[] = [];

    const signal = (): AbortSignal => AbortSignal.timeout(DEADLINE_MS);
    const observe = async (): Promise<Observation> => (await host.observe(name, signal())).observation;
    const apply = (mib: number): Promise<void> => host.apply(name, mib * PAGES_A_MIB, PAGE_BYTES, signal());
    /** What is said before the guest can be read again is not acted upon. */
    const firstAfter = async (): Promise<boolean> => {
      after = await observe();
      return isComplete(after);
    };
    const saidMib = async (): Promise<number> =>
      Number(/balloon\.current=(\d+)/.exec(await libvirt.virsh("domstats", "--balloon", name))?.[1]) / KIB_A_MIB;

    beforeAll(async () => {
      libvirt = await startLibvirt();
      running.push(() => libvirt.stop());
      const options = {
        memoryMib: GUEST_MIB,
        kernel: "6.1",
        survivesReset: true,
        deadlineMs: BOOT_DEADLINE_MS,
      } as const;
      guest = await libvirt.startGuest({ ...options, name, deflateOnOom });
      const { uri } = libvirt;
      const run = createVirsh({ uri, program: "virsh", deadlineMs: VIRSH_DEADLINE_MS });
      const nowMs = (): number => performance.now();
      host = await createLibvirtBackend({
        connections: onlyConnection(() => new VirshLibvirt(uri, run)),
        nowMs,
        nowS: () => nowMs() / 1000,
      }).open();
      running.push(() => host.close());
      await waitUntil("a reading", async () => isComplete(await observe()), DEADLINE_MS);
      await apply(SMALL_MIB);
      await waitUntil("it to be small", async () => (await saidMib()) === SMALL_MIB, DEADLINE_MS);
      await observe();
      await libvirt.virsh("reset", name);
      await host.release(name, null, signal());
      await waitUntil("a reading after the reset", firstAfter, BOOT_DEADLINE_MS);
      await guest.exec("true", BOOT_DEADLINE_MS);
    });

    afterAll(async () => {
      for (const end of running.reverse()) await end();
    });

    it("is found to have all its memory, though libvirt says what it had", async () => {
      const memTotalMib = (await guest.counter("/proc/meminfo", "MemTotal")) / KIB_A_MIB;
      console.log(
        `${name}: after the reset libvirt says ${await saidMib()} MiB, the guest's kernel has ${memTotalMib} MiB`,
      );
      expect(await saidMib()).toBe(SMALL_MIB);
      expect(after.balloonCurrentPages).toBe(GUEST_MIB * PAGES_A_MIB);
      expect(Number(after.totalramPages) / PAGES_A_MIB).toBeCloseTo(memTotalMib, 0);
      expect(memTotalMib).toBeGreaterThan(GUEST_MIB - BOOT_MIB);
    });

    it("is moved from there, and then has what libvirt says", async () => {
      await apply(SMALL_MIB + BOOT_MIB);
      await waitUntil("it to follow", async () => (await saidMib()) === SMALL_MIB + BOOT_MIB, DEADLINE_MS);
      const { balloonCurrentPages, totalramPages } = await observe();
      expect(balloonCurrentPages).toBe((SMALL_MIB + BOOT_MIB) * PAGES_A_MIB);
      expect(Number(totalramPages)).toBeLessThan(Number(balloonCurrentPages));
    });
  },
);
