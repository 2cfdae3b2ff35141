import { createLibvirtBackend } from "../../src/backends/libvirt/backend.ts";
import type { Libvirt } from "../../src/backends/libvirt/libvirt.ts";
import { RpcLibvirt } from "../../src/backends/libvirt/rpc/rpc-libvirt.ts";
import { VirshLibvirt } from "../../src/backends/libvirt/virsh-libvirt.ts";
import { selfballoonError } from "../../src/core/errors.ts";
import { FakeLibvirtd } from "../support/libvirt/fake-libvirtd.ts";
import { FakeVirsh } from "../support/libvirt/fake-virsh.ts";
import { onlyConnection } from "../support/libvirt/only-connection.ts";
import { type BackendRig, describeBackendContract } from "./backend.ts";

const MIB = 1_048_576;

/** How the daemon is reached: through virsh, or by its own protocol. */
type Transport = "virsh" | "RPC";

interface Reached {
  readonly libvirt: () => Libvirt;
  readonly absent: () => Libvirt;
  readonly stop: () => Promise<void>;
}

const nowMs = (): number => performance.now();

async function reach(virsh: FakeVirsh, transport: Transport): Promise<Reached> {
  const uri = "qemu:///system";
  if (transport === "virsh") {
    const problem = "the program is not there";
    const run = () => Promise.reject(selfballoonError("ERR_VIRSH", { command: "uri", problem }));
    return {
      libvirt: () => new VirshLibvirt(uri, virsh.run),
      absent: () => new VirshLibvirt(uri, run),
      stop: () => Promise.resolve(),
    };
  }
  const daemon = await FakeLibvirtd.start(virsh);
  const rpc = (path: string): Libvirt => new RpcLibvirt({ uri, name: uri, paths: [path], deadlineMs: 2000, nowMs });
  return { libvirt: () => rpc(daemon.path), absent: () => rpc(`${daemon.path}-not`), stop: () => daemon.stop() };
}

async function makeRig(transport: Transport, running: boolean, deflateOnOom: boolean): Promise<BackendRig> {
  const virsh = new FakeVirsh();
  const { guest, agent } = virsh.add("web", { deflateOnOom });
  agent.running = running;
  const { libvirt, absent, stop } = await reach(virsh, transport);
  const clocks = { nowMs, nowS: () => nowMs() / 1000 };
  return {
    backend: createLibvirtBackend({ connections: onlyConnection(libvirt), ...clocks }),
    absent: createLibvirtBackend({ connections: onlyConnection(absent), ...clocks }),
    guest: "web",
    maximumBytes: guest.maximumBytes,
    reachableBytes: 300 * MIB,
    targetBytes: () => guest.targetBytes,
    hideOptional: () => {
      if (!running) return ["psiSomeTotalUs", "psiFullTotalUs", "refaultPages", "frontswapPages", "oomKills"];
      guest.files = { "/proc/pressure/memory": null, "/proc/vmstat": null };
      return ["psiSomeTotalUs", "psiFullTotalUs", "refaultPages", "swapInPages", "oomKills", "allocStalls"];
    },
    hang: () => {
      virsh.hanging = true;
    },
    stop,
  };
}

for (const transport of ["virsh", "RPC"] as const) {
  describeBackendContract(`libvirt (${transport}, agent)`, () => makeRig(transport, true, false));
  describeBackendContract(`libvirt (${transport}, agent, autodeflate)`, () => makeRig(transport, true, true));
  describeBackendContract(`libvirt (${transport}, statistics)`, () => makeRig(transport, false, false));
}
