import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createLibvirtBackend } from "../../../src/backends/libvirt/backend.ts";
import { RpcLibvirt } from "../../../src/backends/libvirt/rpc/rpc-libvirt.ts";
import type { OpenBackend } from "../../../src/core/backend.ts";
import { onlyConnection } from "../../support/libvirt/only-connection.ts";
import { libvirtGate, vmGate } from "../rig/requirements.ts";
import { PATIENCE_MS, waitUntil } from "../rig/wait.ts";
import { emptyMachineXml } from "./empty-machine.ts";
import { type Libvirt, startLibvirt } from "./libvirt.ts";
import { LIBVIRTD, libvirtDaemons } from "./libvirt-daemons.ts";

const skip = vmGate().skip || libvirtGate().skip;

describe.skipIf(skip).each(skip ? [LIBVIRTD] : await libvirtDaemons())(
  "machines of a real $title that come and go",
  (kind) => {
    let libvirt: Libvirt;
    let host: OpenBackend;
    let xml: string;
    /** When libvirt said that guests may have come or gone, since that was asked last. */
    const saidAtMs: number[] = [];
    const running: (() => Promise<void>)[] = [];

    const names = (): Promise<readonly string[]> => host.guests(AbortSignal.timeout(PATIENCE_MS));
    /** What is said of `act`, how long after it: no look of ours helps. */
    const saidAfter = async (what: string, act: () => Promise<unknown>): Promise<void> => {
      saidAtMs.length = 0;
      await act();
      const doneAtMs = performance.now();
      await waitUntil(`libvirt to say that ${what}`, () => saidAtMs.length > 0, PATIENCE_MS, 1);
      console.log(`${what}: said ${(Number(saidAtMs[0]) - doneAtMs).toFixed(0)} ms after virsh had ended`);
    };

    beforeAll(async () => {
      libvirt = await startLibvirt(kind);
      running.push(() => libvirt.stop());
      xml = join(libvirt.runFolder, "arrivals.xml");
      await writeFile(xml, emptyMachineXml("comes"));
      const nowMs = (): number => performance.now();
      const rpc = new RpcLibvirt({
        uri: "it",
        name: "qemu:///system",
        paths: [libvirt.socket],
        deadlineMs: PATIENCE_MS,
        nowMs,
      });
      host = await createLibvirtBackend({
        connections: onlyConnection(() => rpc),
        nowMs,
        nowS: () => nowMs() / 1000,
      }).open();
      running.push(() => host.close());
      host.listen?.(() => void saidAtMs.push(performance.now()));
      expect(await names()).toEqual([]);
    }, PATIENCE_MS);

    afterAll(async () => {
      for (const end of running.reverse()) await end();
    });

    it("are said to have come, and are there", async () => {
      await saidAfter("a machine was started", () => libvirt.virsh("create", xml));
      expect(await names()).toEqual(["comes"]);
    });

    it("are said to have gone, and are not there", async () => {
      await saidAfter("a machine was ended", () => libvirt.virsh("destroy", "comes"));
      expect(await names()).toEqual([]);
    });

    it("are other guests when they are started again at once", async () => {
      await libvirt.virsh("create", xml);
      expect(await names()).toEqual(["comes"]);
      await libvirt.virsh("destroy", "comes");
      await libvirt.virsh("create", xml);
      saidAtMs.length = 0;
      expect(await names()).toEqual([]);
      expect(saidAtMs.length).toBeGreaterThan(0);
      expect(await names()).toEqual(["comes"]);
    });
  },
);
