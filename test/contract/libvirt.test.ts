import { createLibvirtBackend } from "../../src/backends/libvirt/backend.ts";
import { VirshLibvirt } from "../../src/backends/libvirt/virsh-libvirt.ts";
import { selfballoonError } from "../../src/core/errors.ts";
import { FakeVirsh } from "../support/libvirt/fake-virsh.ts";
import { type BackendRig, describeBackendContract } from "./backend.ts";

const MIB = 1_048_576;

async function makeRig(running: boolean, deflateOnOom: boolean): Promise<BackendRig> {
  const virsh = new FakeVirsh();
  const { guest, agent } = virsh.add("web", { deflateOnOom });
  agent.running = running;
  const nowMs = (): number => performance.now();
  const options = { libvirt: new VirshLibvirt("qemu:///system", virsh.run), nowMs, nowS: () => nowMs() / 1000 };
  const problem = "the program is not there";
  const run = () => Promise.reject(selfballoonError("ERR_VIRSH", { command: "uri", problem }));
  return {
    backend: createLibvirtBackend(options),
    absent: createLibvirtBackend({ ...options, libvirt: new VirshLibvirt("", run) }),
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
    stop: () => Promise.resolve(),
  };
}

describeBackendContract("libvirt (agent)", () => makeRig(true, false));
describeBackendContract("libvirt (agent, autodeflate)", () => makeRig(true, true));
describeBackendContract("libvirt (statistics)", () => makeRig(false, false));
