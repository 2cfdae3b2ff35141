import { createQemuBackend, type QemuOptions } from "../../src/backends/qemu/backend.ts";
import { FakeQemu } from "../support/qmp/fake-qemu.ts";
import { socketDirectory } from "../support/qmp/socket-directory.ts";
import { type BackendRig, describeBackendContract } from "./backend.ts";

const MIB = 1_048_576;

async function makeRig(agent: boolean, deflateOnOom: boolean): Promise<BackendRig> {
  const directory = socketDirectory();
  const qemu = await FakeQemu.start(directory.path, { name: "web", agent, deflateOnOom });
  const nowMs = (): number => performance.now();
  const options: QemuOptions = {
    qmp: [`${directory.path}/*.qmp`],
    agent: null,
    nowMs,
    nowS: () => nowMs() / 1000,
    deadlineMs: 2000,
  };
  return {
    backend: createQemuBackend(options),
    absent: createQemuBackend({ ...options, qmp: ["/nonexistent/*.qmp"] }),
    guest: "web",
    maximumBytes: qemu.guest.maximumBytes,
    reachableBytes: 300 * MIB,
    targetBytes: () => qemu.guest.targetBytes,
    hideOptional: () => {
      if (!agent) return ["psiSomeTotalUs", "psiFullTotalUs", "refaultPages", "frontswapPages", "oomKills"];
      qemu.guest.files = { "/proc/pressure/memory": null, "/proc/vmstat": null };
      return ["psiSomeTotalUs", "psiFullTotalUs", "refaultPages", "swapInPages", "oomKills", "allocStalls"];
    },
    hang: () => qemu.qmp.behave({ kind: "silent" }),
    stop: async () => {
      await qemu.close();
      directory.remove();
    },
  };
}

describeBackendContract("qemu (agent)", () => makeRig(true, false));
describeBackendContract("qemu (agent, deflate-on-oom)", () => makeRig(true, true));
describeBackendContract("qemu (statistics)", () => makeRig(false, false));
describeBackendContract("qemu (statistics, deflate-on-oom)", () => makeRig(false, true));
