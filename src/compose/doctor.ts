import type { Config } from "../config/load.ts";
import { problemOf, SelfballoonError } from "../core/errors.ts";
import type { Finding } from "../core/finding.ts";
import { POLICIES } from "../core/policy.ts";
import { parsePressure } from "../formats/pressure.ts";
import { MachineFiles } from "../machine/files.ts";
import { examineSwap } from "../swap/advice.ts";
import { detectCompressedSwap, isConfigured } from "../swap/compressed-swap.ts";
import { examineBackends } from "./examine-backends.ts";
import { examineHost } from "./examine-host.ts";
import { findDaemon } from "./running-daemon.ts";

/** Look at this machine: what is present, missing and risky, and what to do about it. */
export async function examine(config: Config, root: string): Promise<readonly Finding[]> {
  const files = new MachineFiles(root);
  const running = await findDaemon(config.socket);
  let isGuest = false;
  const ofBackends = await findingsOf(async () => {
    const examined = await examineBackends(files, config, root);
    isGuest = examined.isGuest;
    return examined.findings;
  });
  const ofGuests = await findingsOf(() => examineHost(config, running.daemon));
  const findings = [
    ...ofBackends,
    ...ofGuests,
    // A host's own swap is no guest's.
    ...(ofGuests.length > 0 ? [] : await findingsOf(() => examineOwnSwap(files, isGuest))),
    ...(await findingsOf(() => [examinePressure(files)])),
    examineGuard(config),
    examinePolicy(config),
    examineConfig(config),
    running.finding,
  ];
  files.close();
  return findings;
}

/** Swap advice is for a guest whose balloon may move, and for compressed swap that there is. */
function examineOwnSwap(files: MachineFiles, isGuest: boolean): readonly Finding[] {
  const hasMeminfo = files.readIfThere("/proc/meminfo") !== null;
  const isOurs = isGuest || !hasMeminfo || isConfigured(detectCompressedSwap(files));
  return isOurs ? examineSwap(files) : [];
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

function examinePressure(files: MachineFiles): Finding {
  const problem = pressureProblem(files, files.resolve("/proc/pressure/memory"));
  if (problem === null) return { level: "ok", what: "The kernel tells memory pressure (PSI).", remedy: "" };
  const what = `The kernel does not tell memory pressure: ${problem}.`;
  return { level: "info", what, remedy: "Boot with psi=1 (Linux 4.20 or later, CONFIG_PSI)." };
}

/** A kernel in which it is built in and switched off has the file, and refuses to have it read. */
function pressureProblem(files: MachineFiles, path: string): string | null {
  try {
    const text = files.readIfThere("/proc/pressure/memory");
    if (text === null) return `there is no ${path}`;
    parsePressure(text);
    return null;
  } catch (thrown) {
    return problemOf(thrown);
  }
}

function examineConfig(config: Config): Finding {
  const what = config.file === null ? "There is no configuration file; the defaults hold." : `${config.file} is good.`;
  return { level: config.file === null ? "info" : "ok", what, remedy: "" };
}
