import type { Config } from "../config/load.ts";
import type { Finding } from "../core/finding.ts";
import { clocks, libvirtOptions, mayHaveLibvirt } from "./host.ts";
import { daemonProblems, explainHeld, type RunningDaemon } from "./running-daemon.ts";

/** What `doctor` says of the guests of this host, if it is one; `daemon` is ours that runs and may hold their sockets. */
export async function examineHost(config: Config, daemon: RunningDaemon | null): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  if (config.qemu.qmp.length > 0) findings.push(...(await examineSockets(config, daemon)));
  if (mayHaveLibvirt(config)) {
    const { examineLibvirt } = await import("../backends/libvirt/examine.ts");
    findings.push(...(await examineLibvirt(await libvirtOptions(config))));
  }
  return findings;
}

async function examineSockets({ qemu }: Config, daemon: RunningDaemon | null): Promise<readonly Finding[]> {
  const { examineQemu } = await import("../backends/qemu/examine.ts");
  const held: string[] = [];
  const findings = await examineQemu({ ...qemu, ...clocks }, (path) => {
    const explained = explainHeld(daemon, path);
    if (explained !== null) held.push(path);
    return explained;
  });
  return held.length > 0 && daemon !== null ? [...findings, ...daemonProblems(daemon)] : findings;
}
