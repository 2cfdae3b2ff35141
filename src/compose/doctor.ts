import { accessSync, constants } from "node:fs";
import { askDaemon } from "../api/client.ts";
import { XEN_MEMORY } from "../backends/xen/balloon.ts";
import type { Config } from "../config/load.ts";
import { problemOf } from "../core/errors.ts";
import type { Finding } from "../core/finding.ts";
import { MachineFiles } from "../machine/files.ts";
import { examineSwap } from "../swap/advice.ts";
import { createBackend } from "./backends.ts";
import { startTunables } from "./start-up.ts";

/** Look at this machine: what is present, missing and risky, and what to do about it. */
export async function examine(config: Config, root: string): Promise<readonly Finding[]> {
  const files = new MachineFiles(root);
  const findings = [
    ...(await examineXen(files, config, root)),
    ...examineSwap(files),
    examinePressure(files),
    GUARD,
    examineConfig(config),
    await examineDaemon(config),
  ];
  files.close();
  return findings;
}

const GUARD: Finding = {
  level: "warn",
  what: "The guard is not built yet: guard=1 and guard=0 behave alike, as the driver did.",
  remedy: "Keep swap of at least the guest's memory, and raise selfballoon_reserved_mb for loads that burst.",
};

async function examineXen(files: MachineFiles, config: Config, root: string): Promise<readonly Finding[]> {
  const backend = await createBackend("xen", root);
  const probe = await backend.probe();
  if (!probe.usable) {
    const level = probe.refused ? "fail" : "info";
    return [{ level, what: `xen: ${probe.because}.`, remedy: "" }];
  }
  return [
    { level: "ok", what: `xen: this is ${probe.found}.`, remedy: "" },
    examineTarget(files),
    examineLoops(config, root),
  ];

  function examineLoops(of: Config, under: string): Finding {
    try {
      const { settings } = startTunables(backend, of, under, [], "nothing was started");
      const { selfballooning, frontswap_selfshrinking, selfballoon_reserved_mb } = settings.values;
      const swap = settings.hasCompressedSwap
        ? `frontswap_selfshrinking=${frontswap_selfshrinking}`
        : "no self-shrinking";
      const what = `\`run\` would start with selfballooning=${selfballooning}, ${swap}, selfballoon_reserved_mb=${selfballoon_reserved_mb}.`;
      return { level: "ok", what, remedy: "" };
    } catch (thrown) {
      return { level: "fail", what: `\`run\` would not start: ${problemOf(thrown)}.`, remedy: "" };
    }
  }
}

function examineTarget(files: MachineFiles): Finding {
  const path = files.resolve(`${XEN_MEMORY}/target_kb`);
  try {
    accessSync(path, constants.W_OK);
    return { level: "ok", what: `${path} may be written.`, remedy: "" };
  } catch (thrown) {
    return {
      level: "fail",
      what: `${path} may not be written: ${problemOf(thrown)}.`,
      remedy: "Run as root, with CAP_SYS_ADMIN.",
    };
  }
}

function examinePressure(files: MachineFiles): Finding {
  if (files.readIfThere("/proc/pressure/memory") !== null) {
    return { level: "ok", what: "The kernel tells memory pressure (PSI).", remedy: "" };
  }
  const what = `The kernel does not tell memory pressure: there is no ${files.resolve("/proc/pressure/memory")}.`;
  return { level: "info", what, remedy: "Boot with psi=1 (Linux 4.20 or later, CONFIG_PSI)." };
}

function examineConfig(config: Config): Finding {
  const what = config.file === null ? "There is no configuration file; the defaults hold." : `${config.file} is good.`;
  return { level: config.file === null ? "info" : "ok", what, remedy: "" };
}

async function examineDaemon({ socket }: Config): Promise<Finding> {
  try {
    await askDaemon(socket, "GET", "/healthz");
    return { level: "ok", what: `A daemon answers at ${socket}.`, remedy: "" };
  } catch (thrown) {
    return { level: "info", what: `No daemon runs: ${problemOf(thrown)}.`, remedy: "" };
  }
}
