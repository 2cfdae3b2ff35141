import { accessSync, constants } from "node:fs";
import { askDaemon } from "../api/client.ts";
import { XEN_MEMORY } from "../backends/xen/balloon.ts";
import type { Config } from "../config/load.ts";
import { problemOf, SelfballoonError } from "../core/errors.ts";
import type { Finding } from "../core/finding.ts";
import { POLICIES } from "../core/policy.ts";
import { MachineFiles } from "../machine/files.ts";
import { examineSwap } from "../swap/advice.ts";
import { createBackend } from "./backends.ts";
import { examineHost } from "./host.ts";
import { findStartFacts, startTunables } from "./start-up.ts";

/** Look at this machine: what is present, missing and risky, and what to do about it. */
export async function examine(config: Config, root: string): Promise<readonly Finding[]> {
  const files = new MachineFiles(root);
  const ofGuests = await findingsOf(() => examineHost(config));
  const findings = [
    ...(await findingsOf(() => examineXen(files, config, root))),
    ...ofGuests,
    // A host's own swap is no guest's.
    ...(ofGuests.length > 0 ? [] : await findingsOf(() => examineSwap(files))),
    ...(await findingsOf(() => [examinePressure(files)])),
    examineGuard(config),
    examinePolicy(config),
    examineConfig(config),
    await examineDaemon(config),
  ];
  files.close();
  return findings;
}

function examineGuard(config: Config): Finding {
  if (isGuardOff(config)) {
    const what = "The guard is off (guard=0): the law alone decides, as in the driver, whose users met OOM kills.";
    return { level: "warn", what, remedy: "Set guard=1, or keep swap of at least the guest's memory." };
  }
  return {
    level: "ok",
    what: "The guard is on: memory in use is left alone, and a burst is answered at once.",
    remedy: "",
  };
}

function examinePolicy(config: Config): Finding {
  const { policy } = config;
  if (policy === "adaptive" && isGuardOff(config)) {
    const what = "The policy adaptive needs the guard, which is off: goals are found as under the policy driver.";
    return { level: "warn", what, remedy: "Set guard=1, or take the policy out of the configuration." };
  }
  return { level: "info", what: `How goals are found (policy ${policy}): ${POLICIES[policy]}`, remedy: "" };
}

function isGuardOff({ tunables }: Config): boolean {
  const configured = tunables.filter(({ name }) => name === "guard").at(-1);
  return configured?.text.trim() === "0";
}

/** What can't be read is a finding too. */
async function findingsOf(
  examine: () => readonly Finding[] | Promise<readonly Finding[]>,
): Promise<readonly Finding[]> {
  try {
    return await examine();
  } catch (thrown) {
    if (!(thrown instanceof SelfballoonError)) throw thrown;
    return [{ level: "fail", what: `${thrown.message}.`, remedy: "" }];
  }
}

async function examineXen(files: MachineFiles, config: Config, root: string): Promise<readonly Finding[]> {
  const backend = await createBackend("xen", config, root);
  const probe = await backend.probe();
  if (!probe.usable) {
    const level = probe.refused ? "fail" : "info";
    const swapOnly = probe.refused ? [] : await examineSwapOnly(config, root);
    return [{ level, what: `xen: ${probe.because}.`, remedy: "" }, ...swapOnly];
  }
  return [
    { level: "ok", what: `xen: this is ${probe.found}.`, remedy: "" },
    examineTarget(files),
    examineLoops(config, root),
  ];

  function examineLoops(of: Config, under: string): Finding {
    try {
      const { settings } = startTunables(backend, findStartFacts(backend, under, []), of, "nothing was started");
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

/** What `run` does where there is no balloon at all. */
async function examineSwapOnly(config: Config, root: string): Promise<readonly Finding[]> {
  const probe = await (await createBackend("swap-only", config, root)).probe();
  if (!probe.usable) return [];
  const what = "Where `run` finds no balloon, it brings pages back from compressed swap alone, once it is calm.";
  return [{ level: "ok", what, remedy: "" }];
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
